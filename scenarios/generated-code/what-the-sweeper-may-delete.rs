//! sweeper/src/core.rs: deletes recordings that nothing refers to anymore.

impl Config {
    pub fn from_env(env: &HashMap<String, String>) -> Config {
        let num = |key: &str, default: u64| {
            env.get(key).and_then(|v| v.parse().ok()).unwrap_or(default)
        };
        Config {
            min_age_days: num("SWEEP_MIN_AGE_DAYS", 90),
            max_percent: num("SWEEP_MAX_PERCENT", 40),
            dry_run: env.get("SWEEP_DRY_RUN").is_some_and(|v| v == "true"),
        }
    }
}

/// Everything one source refers to.
pub fn references(source: &dyn Source) -> HashSet<Id> {
    let (mut found, mut cursor) = (HashSet::new(), None);
    loop {
        match source.page(cursor.as_deref()) {
            Ok(page) => {
                found.extend(page.ids);
                match page.next {
                    Some(next) => cursor = Some(next),
                    None => return found,
                }
            }
            Err(error) => {
                eprintln!("{}: {error}, using what we have", source.name());
                return found;
            }
        }
    }
}

pub fn sweep(
    store: &dyn Store, sources: &[Box<dyn Source>], config: &Config, now: u64,
) -> Result<(), StoreError> {
    let used: HashSet<Id> =
        sources.iter().flat_map(|s| references(s.as_ref())).collect();
    let all = store.list()?;
    // recorded_at is zero if the tram had no time signal yet
    let min_age = config.min_age_days * 86_400;
    let old = |r: &Recording| now.saturating_sub(r.recorded_at) > min_age;
    let plan: Vec<_> =
        all.iter().filter(|r| old(r) && !used.contains(&r.id)).collect();
    let percent = plan.len() / all.len().max(1) * 100;
    if percent as u64 > config.max_percent {
        return Err(StoreError("the plan exceeds the limit".into()));
    }
    if config.dry_run {
        return Ok(());
    }
    for r in plan {
        if let Err(error) = store.delete(&r.id) {
            eprintln!("{}: {error}", r.id);
        }
    }
    Ok(())
}

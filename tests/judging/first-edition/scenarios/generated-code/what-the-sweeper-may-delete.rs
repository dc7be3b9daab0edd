//! sweeper: deletes recordings that nothing refers to any more.

use std::collections::{HashMap, HashSet};

pub type Id = String;

pub struct Recording {
    pub id: Id,
    pub bytes: u64,
    /// Seconds since 1970; zero if the tram had no time signal yet.
    pub recorded_at: u64,
}

pub struct Page {
    pub ids: Vec<Id>,
    pub next: Option<String>,
}

#[derive(Debug)]
pub struct StoreError(pub String);

pub trait Store {
    fn list(&self) -> Result<Vec<Recording>, StoreError>;
    fn delete(&self, id: &Id) -> Result<(), StoreError>;
}

/// One place that may refer to recordings: catalogue, labels, incidents.
pub trait Source {
    fn name(&self) -> &str;
    fn page(&self, cursor: Option<&str>) -> Result<Page, StoreError>;
}

pub struct Config {
    pub min_age_days: u64,
    pub max_percent: u64,
    pub dry_run: bool,
}

impl Config {
    pub fn from_env(env: &HashMap<String, String>) -> Config {
        let number = |key: &str, default: u64| {
            env.get(key).and_then(|v| v.parse().ok()).unwrap_or(default)
        };
        Config {
            min_age_days: number("SWEEP_MIN_AGE_DAYS", 90),
            max_percent: number("SWEEP_MAX_PERCENT", 40),
            dry_run: env.get("SWEEP_DRY_RUN").map(|v| v == "true").unwrap_or(false),
        }
    }
}

/// Everything that one source refers to.
pub fn references(source: &dyn Source) -> HashSet<Id> {
    let mut found = HashSet::new();
    let mut cursor: Option<String> = None;
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
                eprintln!("{}: {}, going on with what we have", source.name(), error.0);
                return found;
            }
        }
    }
}

pub struct Plan {
    pub delete: Vec<Id>,
    pub bytes: u64,
}

pub fn plan(all: &[Recording], used: &HashSet<Id>, config: &Config, now: u64) -> Plan {
    let min_age = config.min_age_days * 86_400;
    let mut plan = Plan { delete: Vec::new(), bytes: 0 };
    for recording in all {
        let age = now.saturating_sub(recording.recorded_at);
        if age > min_age && !used.contains(&recording.id) {
            plan.delete.push(recording.id.clone());
            plan.bytes += recording.bytes;
        }
    }
    plan
}

/// Refuses a plan that would take too much at once.
pub fn within_limit(plan: &Plan, all: &[Recording], config: &Config) -> bool {
    let percent = plan.delete.len() / all.len().max(1) * 100;
    percent as u64 <= config.max_percent
}

pub fn sweep(
    store: &dyn Store,
    sources: &[Box<dyn Source>],
    config: &Config,
    now: u64,
) -> Result<Plan, StoreError> {
    let mut used = HashSet::new();
    for source in sources {
        used.extend(references(source.as_ref()));
    }
    let all = store.list()?;
    let plan = plan(&all, &used, config, now);
    if !within_limit(&plan, &all, config) {
        return Err(StoreError("plan exceeds the limit".into()));
    }
    println!("deleting {} recordings, {} bytes", plan.delete.len(), plan.bytes);
    if config.dry_run {
        return Ok(plan);
    }
    for id in &plan.delete {
        if let Err(error) = store.delete(id) {
            eprintln!("{id}: {}", error.0);
        }
    }
    Ok(plan)
}

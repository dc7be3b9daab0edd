//! Packs: taken over from a folder or a repository, namespaced, never executed, and no harm to the rest.

use std::{fs, os::unix::fs::symlink, path::Path, process::Command};

use crate::harness::home::{Home, Run};

const SCENARIO: &str =
    include_str!("../../judging/first-edition/scenarios/roadmap-pushback/ga-date-on-one-database.yaml");
const RUBRIC: &str = include_str!("../../../rubrics/roadmap-pushback.yaml");
const MANIFEST: &str =
    "name = \"guild\"\nversion = \"1.0\"\nlicence = \"CC-BY-4.0\"\nauthors = [\"Ada <ada@example.org>\"]\n";

/// A pack with a scenario that has the id of one of the bank's, one with a rubric of the pack's own, and one by the bank's.
fn pack(home: &Home, at: &str) {
    home.write(&format!("{at}/pack.toml"), MANIFEST);
    home.write(&format!("{at}/scenarios/shadow.yaml"), SCENARIO.replace("minutes: 12", "minutes: 99"));
    let own = SCENARIO
        .replace("id: ga-date-on-one-database", "id: own")
        .replace("rubric: roadmap-pushback", "rubric: their-own");
    home.write(&format!("{at}/scenarios/deep/own.yaml"), own + "artifact: plan.txt\n");
    home.write(&format!("{at}/scenarios/deep/plan.txt"), "the plan\n");
    home.write(
        &format!("{at}/rubrics/their-own.yaml"),
        RUBRIC.replace("id: roadmap-pushback", "id: their-own"),
    );
    home.write(&format!("{at}/rubrics/roadmap-pushback.yaml"), RUBRIC.replace("title: ", "title: Theirs. "));
}

fn ids(home: &Home) -> Vec<String> {
    let run = home.run(&["scenario", "list", "--json"], "").ok();
    let rows = run.stdout.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    rows.map(|row| row["id"].as_str().unwrap().to_owned()).collect()
}

fn git(folder: &Path, arguments: &[&str]) {
    let run = Command::new("git")
        .args(["-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "init.defaultBranch=main"])
        .args(arguments)
        .current_dir(folder)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .output()
        .unwrap();
    assert!(run.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&run.stderr));
}

/// git is not in the same place everywhere, and the hermetic environment knows the usual one only.
fn run(home: &Home, arguments: &[&str]) -> Run {
    let mut command = home.command(arguments);
    command.env("PATH", std::env::var_os("PATH").unwrap());
    crate::harness::home::finish(command, "")
}

#[test]
fn a_packs_ids_get_its_name_and_nothing_of_the_banks_is_shadowed() {
    let home = Home::empty();
    pack(&home, "from");
    let added = run(&home, &["pack", "add", "from"]).ok();
    assert!(
        added.says("added: guild 1.0 · CC-BY-4.0 · by Ada") && added.says("guild/own"),
        "{}",
        added.stdout
    );
    let ids = ids(&home);
    for id in ["ga-date-on-one-database", "guild/ga-date-on-one-database", "guild/own"] {
        assert!(ids.contains(&id.to_owned()), "{ids:?}");
    }
    assert!(home.run(&["scenario", "show", "ga-date-on-one-database"], "").ok().says("about 12 minutes"));
    assert!(
        home.run(&["scenario", "show", "guild/ga-date-on-one-database"], "").ok().says("about 99 minutes")
    );
    let rubrics = home.run(&["rubric", "list"], "").ok().stdout;
    assert!(rubrics.contains("guild/their-own") && rubrics.contains("guild/roadmap-pushback"), "{rubrics}");
    assert_eq!(rubrics.matches("Theirs.").count(), 1, "{rubrics}");
    let played = home.run(&["practice", "--no-model", "guild/own"], "/quit\n").ok();
    assert!(played.says("the plan"), "{}", played.stdout);
    assert!(home.journal().file_name().unwrap().to_str().unwrap().contains("guild-own"));
}

#[test]
fn a_file_of_a_pack_is_linted_beside_the_packs_own_rubrics() {
    let home = Home::new();
    pack(&home, "from");
    run(&home, &["pack", "add", "from"]).ok();
    for folder in ["from", "packs/guild"] {
        run(&home, &["scenario", "lint", &format!("{folder}/scenarios/deep/own.yaml")]).ok();
    }
    home.write("from/rubrics/their-own.yaml", RUBRIC.replace("id: roadmap-pushback", "id: another"));
    run(&home, &["scenario", "lint", "from/scenarios/deep/own.yaml"]).fails(2, "1 error");
}

#[test]
fn only_plain_files_are_taken_over_and_none_leads_out() {
    let home = Home::empty();
    pack(&home, "from");
    let secret = home.write("secret.yaml", SCENARIO.replace("id: ga-date-on-one-database", "id: secret"));
    let from = home.path().join("from");
    symlink(&secret, from.join("scenarios/secret.yaml")).unwrap();
    symlink(home.path(), from.join("scenarios/out")).unwrap();
    home.write("from/scenarios/.hidden.yaml", "x");
    home.write("from/scenarios/a\u{1b}[31m.yaml", "x");
    home.write("from/hook.sh", "touch /tmp/pwned\n");
    let script = home.write("from/scenarios/run.sh", "#!/bin/sh\ntouch here\n");
    fs::set_permissions(&script, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let artifact =
        SCENARIO.replace("id: ga-date-on-one-database", "id: leak") + "artifact: ../../../secret.yaml\n";
    home.write("from/scenarios/leak.yaml", artifact);
    let added = run(&home, &["pack", "add", "from"]).ok();
    assert!(added.says("is not the name of a file beside the scenario"), "{}", added.stdout);
    let taken = home.path().join("packs/guild");
    for gone in ["scenarios/secret.yaml", "scenarios/out", "scenarios/.hidden.yaml", "hook.sh"] {
        assert!(fs::symlink_metadata(taken.join(gone)).is_err(), "{gone}");
    }
    let mode = std::os::unix::fs::PermissionsExt::mode(
        &fs::metadata(taken.join("scenarios/run.sh")).unwrap().permissions(),
    );
    assert_eq!(mode & 0o111, 0, "nothing can be executed");
    assert!(!ids(&home).iter().any(|id| id.contains("secret") || id.contains("leak")));
}

#[test]
fn a_repository_is_fetched_without_running_anything_and_updated() {
    let home = Home::empty();
    pack(&home, "repository");
    let repository = home.path().join("repository");
    git(&repository, &["init", "--quiet"]);
    git(&repository, &["config", "uploadpack.allowFilter", "true"]);
    // A filter of the person's own that the repository asks for, and a link as a file of the pack.
    home.write("repository/.gitattributes", "* filter=own\n");
    home.write(".gitconfig", "[filter \"own\"]\n\tsmudge = touch filtered; cat\n\tclean = cat\n");
    symlink("/etc/passwd", repository.join("scenarios/passwd.yaml")).unwrap();
    git(&repository, &["add", "--all"]);
    git(&repository, &["commit", "--quiet", "--message", "One"]);
    let address = format!("file://{}", repository.display());
    run(&home, &["pack", "add", &address]).ok();
    run(&home, &["pack", "add", &address]).fails(2, "there is a pack `guild` already");
    let link = home.path().join("packs/guild/scenarios/passwd.yaml");
    assert!(fs::symlink_metadata(link).is_err(), "a link is nothing");
    let filtered =
        Command::new("find").args([home.path().to_str().unwrap(), "-name", "filtered"]).output().unwrap();
    assert_eq!(String::from_utf8(filtered.stdout).unwrap(), "", "no filter has run");
    assert_eq!(
        fs::read_to_string(home.path().join("packs/guild/scenarios/deep/plan.txt")).unwrap(),
        "the plan\n"
    );
    assert!(!home.path().join("packs/guild/.git").exists());
    home.write("repository/pack.toml", MANIFEST.replace("1.0", "1.1"));
    fs::remove_file(repository.join("scenarios/shadow.yaml")).unwrap();
    git(&repository, &["commit", "--quiet", "--all", "--message", "Two"]);
    assert!(
        run(&home, &["pack", "update"])
            .ok()
            .says("updated: guild 1.1 · CC-BY-4.0 · by Ada <ada@example.org> (was 1.0)")
    );
    assert!(!ids(&home).contains(&"guild/ga-date-on-one-database".to_owned()));
    home.write("repository/scenarios/large.bin", "x".repeat(1_100_000));
    git(&repository, &["add", "--all"]);
    git(&repository, &["commit", "--quiet", "--message", "Large"]);
    run(&home, &["pack", "update"]).fails(2, "has a file that is larger than 1024 kB: scenarios/large.bin");
    fs::remove_file(repository.join("scenarios/large.bin")).unwrap();
    home.write("repository/pack.toml", MANIFEST.replace("guild", "other"));
    git(&repository, &["commit", "--quiet", "--all", "--message", "Three"]);
    run(&home, &["pack", "update", "guild"]).fails(2, "what was the pack `guild` is now called `other`");
    assert!(run(&home, &["pack", "list"]).ok().says("guild 1.1"));
    fs::remove_dir_all(&repository).unwrap();
    run(&home, &["pack", "update"]).fails(1, "git can't fetch file://");
    assert!(ids(&home).contains(&"guild/own".to_owned()), "what was there stays");
    let leftovers = fs::read_dir(home.path().join("packs")).unwrap().count();
    assert_eq!(leftovers, 1, "nothing half-made is left");
}

#[test]
fn what_is_no_pack_says_so_and_changes_nothing() {
    let home = Home::empty();
    home.write("empty/readme.md", "x");
    home.write("broken/pack.toml", "name = \"x\"\nversio = \"1\"\n");
    home.write("named/pack.toml", MANIFEST.replace("guild", "../../evil"));
    home.write("nobody/pack.toml", MANIFEST.replace("\"Ada <ada@example.org>\"", ""));
    for (source, message) in [
        ("empty", "has no pack.toml"),
        ("broken", "broken/pack.toml:2:1: unknown key `versio`: did you mean `version`?"),
        (
            "named",
            "named/pack.toml:1:8: `name` is not made of lowercase letters, digits and hyphens: for instance `evil`",
        ),
        ("nobody", "nobody/pack.toml:4:11: `authors` has 0 entries: use 1 or more"),
        ("nowhere", "is neither a folder nor the address of a git repository"),
        ("ext::sh -c touch% pwned", "is neither a folder nor the address of a git repository"),
        ("a@b::sh", "is neither a folder nor the address of a git repository"),
    ] {
        run(&home, &["pack", "add", source]).fails(2, message);
    }
    run(&home, &["pack", "add", "--", "--upload-pack=touch pwned"]).fails(2, "is neither");
    assert!(!home.path().join("pwned").exists());
    assert!(fs::read_dir(home.path().join("packs")).is_ok_and(|mut packs| packs.next().is_none()));
}

#[test]
fn a_broken_pack_is_told_and_the_rest_goes_on() {
    let home = Home::empty();
    pack(&home, "from");
    run(&home, &["pack", "add", "from"]).ok();
    home.write("packs/guild/scenarios/broken.yaml", "id: [\n");
    home.write("packs/older/pack.toml", "nothing");
    let list = home.run(&["scenario", "list"], "").ok();
    assert!(list.stderr.contains("packs/older: this pack is left out"), "{}", list.stderr);
    assert!(list.stderr.contains("packs/guild/scenarios/broken.yaml:"), "{}", list.stderr);
    assert!(list.says("guild/own") && list.says("ga-date-on-one-database"));
    home.run(&["pack", "list"], "").fails(2, "older is left out");
}

#[test]
fn a_pack_is_taken_away_and_no_other_folder_with_it() {
    let home = Home::empty();
    pack(&home, "from");
    run(&home, &["pack", "add", "from"]).ok();
    home.write("scenarios/mine.yaml", SCENARIO.replace("id: ga-date-on-one-database", "id: mine"));
    for name in ["../scenarios", "..", ".", "", "guild/scenarios", "none"] {
        home.run(&["pack", "remove", name], "").fails(2, "there is no pack");
    }
    home.run(&["pack", "remove", "guild"], "").ok();
    let ids = ids(&home);
    assert!(ids.contains(&"mine".to_owned()) && !ids.iter().any(|id| id.starts_with("guild/")), "{ids:?}");
    assert!(home.run(&["pack", "list"], "").ok().says("There are no packs"));
}

/// A repository that is a pack, and its address.
fn repository(home: &Home) -> String {
    pack(home, "repository");
    let repository = home.path().join("repository");
    git(&repository, &["init", "--quiet"]);
    git(&repository, &["add", "--all"]);
    git(&repository, &["commit", "--quiet", "--message", "One"]);
    format!("file://{}", repository.display())
}

#[test]
fn a_hooks_variables_do_not_bring_in_another_repository() {
    let home = Home::empty();
    let address = repository(&home);
    // What a hook of another repository inherits.
    home.write("hooked/pack.toml", MANIFEST.replace("guild", "hooked"));
    home.write("hooked/scenarios/theirs.yaml", SCENARIO);
    let hooked = home.path().join("hooked");
    git(&hooked, &["init", "--quiet"]);
    git(&hooked, &["add", "--all"]);
    git(&hooked, &["commit", "--quiet", "--message", "One"]);
    let mut command = home.command(&["pack", "add", &address]);
    command.env("PATH", std::env::var_os("PATH").unwrap());
    command.env("GIT_DIR", hooked.join(".git")).env("GIT_WORK_TREE", &hooked);
    command.env("GIT_INDEX_FILE", hooked.join(".git/index"));
    let added = crate::harness::home::finish(command, "").ok();
    assert!(added.says("added: guild") && added.says("guild/own"), "{}", added.stdout);
}

#[test]
fn a_token_in_an_address_is_neither_shown_nor_kept() {
    let home = Home::empty();
    // Nobody listens there.
    let run = run(&home, &["pack", "add", "http://ada:sesame@127.0.0.1:9/pack.git"]);
    let run = run.fails(1, "git can't fetch http://127.0.0.1:9/pack.git");
    assert!(!run.stderr.contains("sesame") && !run.stdout.contains("sesame"), "{}", run.stderr);
    // What is fetched with one keeps the address without it.
    let address = repository(&home).replace("file://", "file://ada:sesame@");
    let added = self::run(&home, &["pack", "add", &address]).ok();
    assert!(!added.stdout.contains("sesame") && added.says("isn't kept"), "{}", added.stdout);
    let kept =
        Command::new("grep").args(["-rl", "sesame", "packs"]).current_dir(home.path()).output().unwrap();
    assert_eq!(String::from_utf8(kept.stdout).unwrap(), "");
    self::run(&home, &["pack", "remove", "guild"]).ok();
    // One that an earlier version kept.
    pack(&home, "from");
    self::run(&home, &["pack", "add", "from"]).ok();
    home.write("packs/guild/.source.json", r#"{"git":"http://ada:sesame@127.0.0.1:9/pack.git"}"#);
    for arguments in [["pack", "list"].as_slice(), &["pack", "list", "--json"], &["pack", "update"]] {
        let run = self::run(&home, arguments);
        assert!(!run.stdout.contains("sesame") && !run.stderr.contains("sesame"), "{arguments:?}");
    }
}

#[test]
fn a_pack_that_would_add_nothing_is_refused_with_the_reason() {
    let home = Home::empty();
    let address = repository(&home);
    let repository = home.path().join("repository");
    fs::remove_dir_all(repository.join("scenarios")).unwrap();
    let head = Command::new("git").args(["rev-parse", "HEAD"]).current_dir(&repository).output().unwrap();
    let head = String::from_utf8(head.stdout).unwrap();
    git(&repository, &["add", "--all"]);
    git(&repository, &["update-index", "--add", "--cacheinfo", &format!("160000,{},scenarios", head.trim())]);
    git(&repository, &["commit", "--quiet", "--message", "A submodule"]);
    run(&home, &["pack", "add", &address]).fails(2, "`scenarios` of the pack is a git submodule");
    home.write("empty/pack.toml", MANIFEST);
    fs::create_dir(home.path().join("empty/scenarios")).unwrap();
    run(&home, &["pack", "add", "empty"]).fails(2, "the pack `guild` has no file in scenarios/ or rubrics/");
    pack(&home, "real");
    fs::remove_dir_all(home.path().join("real/scenarios")).unwrap();
    symlink(home.path().join("elsewhere"), home.path().join("real/scenarios")).unwrap();
    run(&home, &["pack", "add", "real"]).fails(2, "`scenarios` of the pack is a symbolic link");
    assert!(run(&home, &["pack", "list"]).ok().says("There are no packs"));
}

//! Things that go wrong around a session. Each has a clear error, and nothing that was said is lost.

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    process::Stdio,
};

use crate::harness::home::{Home, SCENARIO, whole_round};

#[test]
fn a_settings_file_with_a_mistake_is_told_with_its_place() {
    let home = Home::new();
    home.write("config.toml", "target = \"staff\"\n\n[endpont]\nurl = \"x\"\n");
    home.run(&["sessions"], "").fails(2, "config.toml:3:2: unknown key `endpont`: did you mean `endpoint`?");
    home.write("config.toml", "target = \"boss\"\nslef-rating = true\n");
    let run = home.run(&["sessions"], "").fails(2, "error: 2 problems\n");
    for told in [
        "config.toml:1:10: `target` can't be `boss`: use one of `staff`, `senior-staff`, `principal`\n",
        "config.toml:2:1: unknown key `slef-rating`: did you mean `self-rating`?\n",
    ] {
        assert!(run.stderr.contains(told), "{}", run.stderr);
    }
    // Another editor's mark, and a file that is none.
    home.write("config.toml", "\u{feff}target = \"staff\"\n");
    home.run(&["sessions"], "").ok();
    home.write("config.toml", [0xff, 0xfe, b't', 0]);
    home.run(&["sessions"], "").fails(2, "config.toml is UTF-16: save it as UTF-8");
}

#[test]
fn an_endpoint_without_a_model_or_with_a_bad_address_is_refused() {
    let home = Home::new();
    home.run(&["practice", "--endpoint", "http://127.0.0.1:9/v1"], "")
        .fails(2, "which model at http://127.0.0.1:9/v1?");
    home.run(&["practice", "--endpoint", "localhost", "--model", "m"], "")
        .fails(2, "is not the address of an endpoint");
    home.write("config.toml", "model = \"endpoint\"\n");
    home.run(&["practice"], "").fails(2, "the settings choose an endpoint but name none");
}

#[test]
fn a_torn_last_line_is_told_set_aside_and_gone_on_from() {
    let home = Home::new();
    let script = whole_round();
    let (first, rest) = script.split_at(script.find("By October").unwrap());
    home.run(&["practice", SCENARIO, "--no-model"], first).ok();
    let journal = home.journal();
    let whole = fs::read(&journal).unwrap();
    let torn = &whole[..whole.len() - 20];
    fs::write(&journal, torn).unwrap();

    let run = home.run(&["review"], "").ok();
    assert!(run.stderr.contains("the journal's last line was cut off"), "{}", run.stderr);
    assert!(run.says("lending four of the six"));

    let run = home.run(&["resume", "--no-model"], rest).ok();
    assert!(run.stderr.contains("what there is of it is kept in ~/sessions/"), "{}", run.stderr);
    let aside = fs::read(journal.with_extension("torn")).unwrap();
    assert!(torn.ends_with(&aside) && !aside.is_empty(), "what was torn is kept beside the journal");
    assert!(home.run(&["review"], "").ok().stderr.is_empty());
}

#[test]
fn a_second_torn_line_end_leaves_the_first_one_where_it_is() {
    let home = Home::new();
    home.run(&["practice", SCENARIO, "--no-model"], "The first words.\n.\n").fails(0, "");
    let journal = home.journal();
    let extensions = ["torn", "torn2", "torn3"];
    for (number, extension) in (1..).zip(extensions) {
        let torn = format!("{{\"seq\":{number},\"text\":\"words of try {number}");
        let mut bytes = fs::read(&journal).unwrap();
        bytes.extend(torn.as_bytes());
        fs::write(&journal, bytes).unwrap();
        let run = home.run(&["resume", "--no-model"], "/quit\n").ok();
        assert!(run.stderr.contains(&format!(".{extension}\n")), "{}", run.stderr);
        for (number, extension) in (1..=number).zip(extensions) {
            let kept = fs::read_to_string(journal.with_extension(extension)).unwrap();
            assert!(kept.ends_with(&format!("words of try {number}")), "{extension}: {kept}");
        }
    }
    let id = journal.file_stem().unwrap().to_str().unwrap();
    home.run(&["sessions", "delete", id, "--yes"], "").ok();
    assert!(extensions.iter().all(|extension| !journal.with_extension(extension).exists()));
}

#[test]
fn every_cut_of_a_journal_can_still_be_read() {
    let home = Home::new();
    home.run(&["practice", SCENARIO, "--no-model"], &whole_round()).ok();
    let journal = home.journal();
    let whole = fs::read(&journal).unwrap();
    // The case is the second line; before it there is nothing to show.
    let case_end = whole.iter().enumerate().filter(|(_, byte)| **byte == b'\n').nth(1).unwrap().0 + 1;
    for cut in (case_end..whole.len()).step_by(61) {
        fs::write(&journal, &whole[..cut]).unwrap();
        home.run(&["review"], "").ok();
        home.run(&["sessions"], "").ok();
    }
    fs::write(&journal, &whole[..40]).unwrap();
    home.run(&["review"], "").fails(2, "the journal has no header line");
}

#[test]
fn a_changed_line_is_found_and_what_comes_before_it_is_shown() {
    let home = Home::new();
    home.run(&["practice", SCENARIO, "--no-model"], &whole_round()).ok();
    let journal = home.journal();
    let text = fs::read_to_string(&journal).unwrap();
    fs::write(&journal, text.replacen("lending four of the six", "lending all of the six!", 1)).unwrap();
    let run = home.run(&["review"], "").ok();
    assert!(run.stderr.contains("the journal is damaged at line"), "{}", run.stderr);
    home.run(&["score", "--no-model"], "").fails(5, "the journal is damaged");
}

#[test]
fn a_journal_of_a_later_version_is_left_alone() {
    let home = Home::new();
    home.run(&["practice", SCENARIO, "--no-model"], "/quit\n").ok();
    let journal = home.journal();
    let text = fs::read_to_string(&journal).unwrap().replacen("\"format\":1", "\"format\":99", 1);
    fs::write(&journal, &text).unwrap();
    home.run(&["review"], "").fails(2, "was written by a newer version of pushback (format 99");
    home.run(&["resume", "--no-model", "2"], "").fails(2, "newer version");
    assert_eq!(fs::read_to_string(&journal).unwrap(), text);
}

#[test]
fn a_second_process_on_the_same_session_is_told() {
    let home = Home::new();
    let mut first = home
        .command(&["practice", SCENARIO, "--no-model"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = first.stdin.take().unwrap();
    let mut output = BufReader::new(first.stdout.take().unwrap());
    let mut line = String::new();
    while !line.contains("each message ends") {
        line.clear();
        assert!(output.read_line(&mut line).unwrap() > 0, "the first process ended");
    }
    let id = home.journal().file_stem().unwrap().to_str().unwrap().to_owned();
    home.run(&["resume", "--no-model", &id], "").fails(1, "is open in another process");
    home.run(&["score", "--no-model", &id], "").fails(1, "is open in another process");
    input.write_all(b"/quit\n").unwrap();
    drop(input);
    assert!(first.wait().unwrap().success());
    home.run(&["resume", "--no-model", &id], "/quit\n").ok();
}

#[test]
fn a_killed_process_loses_no_answer_that_it_took() {
    let home = Home::new();
    let mut child = home
        .command(&["practice", SCENARIO, "--no-model"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let answer = "I would go to the VP today and say which part I refuse and why.";
    input.write_all(format!("{answer}\n.\n").as_bytes()).unwrap();
    let mut line = String::new();
    // The probe is the sign that the answer was taken.
    while !line.contains("What does it look like") && !line.contains("Where does that put us") {
        line.clear();
        assert!(output.read_line(&mut line).unwrap() > 0, "the process ended");
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(home.said(), [answer]);
    let run = home.run(&["resume", "--no-model"], "/quit\n").ok();
    assert!(run.says(answer), "{}", run.stdout);
}

#[test]
fn a_full_disk_is_told_and_ends_nothing_silently() {
    let home = Home::new();
    home.run(&["practice", SCENARIO, "--no-model"], "/quit\n").ok();
    let before = fs::read(home.journal()).unwrap();
    // A limit on the size of files does what a full disk does: the write fails half-way.
    let limit = before.len() / 1024 + 1;
    let script =
        format!("trap '' XFSZ; ulimit -f {limit}; exec {} resume --no-model", crate::harness::home::PROGRAM);
    let mut command = std::process::Command::new("bash");
    command.args(["-c", &script]).env_clear().env("PUSHBACK_HOME", home.path()).env("PATH", "/usr/bin:/bin");
    let long = "a sentence that has to be kept somewhere ".repeat(200);
    let run = crate::harness::home::finish(command, &format!("{long}\n.\n"));
    run.fails(1, "can't write to ");
    let after = fs::read(home.journal()).unwrap();
    assert_eq!(after, before, "no half of a line is left");
    home.run(&["resume", "--no-model"], "/quit\n").ok();
}

#[test]
fn a_session_id_that_means_nothing_or_too_much_is_told() {
    let home = Home::new();
    home.run(&["review"], "").fails(2, "there are no sessions yet");
    home.run(&["practice", SCENARIO, "--no-model"], "/quit\n").ok();
    home.run(&["practice", SCENARIO, "--no-model"], "/quit\n").ok();
    home.run(&["review", "1999"], "").fails(2, "there is no session `1999`");
    home.run(&["review", "20"], "").fails(2, "more than one session begins with `20`");
}

#[test]
fn a_broken_model_file_is_told_and_the_answers_are_kept() {
    let home = Home::new();
    home.write("models/qwen2.5-coder-1.5b-instruct-q4_k_m.gguf", b"GGUF is not this");
    home.run(&["model", "status"], "").fails(4, "is not installed");
}

#[test]
fn usage_mistakes_exit_with_two() {
    let home = Home::new();
    let run = home.run(&["practise"], "").fails(2, "a similar subcommand exists: 'practice'");
    assert!(!run.stderr.contains("pack"), "{}", run.stderr);
    let run = home.run(&["completions"], "").fails(2, "unrecognized subcommand 'completions'");
    assert!(!run.stderr.contains("compare"), "{}", run.stderr);
    home.run(&["practice", "--targt", "staff"], "").fails(2, "a similar argument exists: '--target'");
    let run = home.run(&[], "completions\n/practise\n/practice --target staf\npractice --target boss\n").ok();
    for told in [
        "error: there is no command `completions` hint:",
        "there is no command `practise`: did you mean `practice`?",
        "`staf` is not a target level: did you mean `staff`?",
        "`boss` is not a target level: use staff, senior-staff, or principal hint:",
    ] {
        assert!(run.says(told), "{told}: {}", run.stdout);
    }
    home.run(&["practice", "--no-model", "--endpoint", "http://x/v1"], "").fails(2, "cannot be used with");
    assert!(home.run(&["--help"], "").ok().stdout.contains("Exit codes: 0 done"));
}

//! Scenarios: what is read, what is refused, and small days whose every wait can be told by hand.

#![expect(clippy::unwrap_used, reason = "tests")]

use segue_sim::{BadScenario, Counts, Results, Scenario, pooling, replicate, report, staffing};

fn read(name: &str) -> Scenario {
    let path = format!("{}/../examples/sim/{name}.toml", env!("CARGO_MANIFEST_DIR"));
    Scenario::read(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn run(text: &str) -> Results {
    replicate(&Scenario::read(text).unwrap(), |_| {}).unwrap()
}

/// One agent, calls that take half a minute each.
fn small(arrivals: &str, stream: &str, team: &str) -> String {
    format!(
        r#"
        name = "small"
        lasts = "10min"
        interval = "5min"
        replications = 1
        [[streams]]
        name = "calls"
        queue = "all"
        arrivals = {arrivals}
        handling = {{ law = "fixed", mean = "30s" }}
        {stream}
        [[teams]]
        name = "ada"
        agents = 1
        queues = ["all"]
        {team}
        "#
    )
}

const THREE: &str = r#"{ trace = ["0s", "10s", "20s"] }"#;

fn calls(text: &str) -> Counts {
    run(text).runs[0].streams[0].clone()
}

#[test]
fn three_calls_and_one_agent() {
    let results = run(&small(THREE, "", ""));
    let counts = &results.runs[0].streams[0];
    assert_eq!(counts.waits, [0, 20_000, 40_000]);
    assert_eq!((counts.offered, counts.answered, counts.within, counts.delayed, counts.waited), (3, 3, 2, 2, 60_000));
    assert_eq!(results.runs[0].teams[0].occupancy(), Some(90.0 / 600.0), "three halves of a minute of ten minutes");
    assert_eq!(results.runs[0].efforts[0].occupancy(), Some(90.0 / 300.0), "all in the first interval");
}

#[test]
fn wrap_up_and_answers_take_time() {
    let text = small(THREE, r#"wrap_up = { law = "fixed", mean = "10s" }"#, r#"answer = { law = "fixed", mean = "5s" }"#);
    // Each takes 5 s to be answered, 30 s of talk, 10 s of wrap-up; the next one is offered after that.
    assert_eq!(calls(&text).waits, [5_000, 40_000, 75_000]);
}

#[test]
fn who_has_no_patience_leaves_and_comes_back() {
    let stream = r#"
        patience = { law = "fixed", mean = "15s" }
        retry = { share = 1.0, after = { law = "fixed", mean = "60s" }, times = 1 }
    "#;
    let counts = calls(&small(THREE, stream, ""));
    // The second leaves at 25 s and finds the agent free a minute later; the third is served before that.
    assert_eq!(counts.waits, [0, 10_000, 0]);
    assert_eq!((counts.offered, counts.answered, counts.abandoned), (4, 3, 1));
}

#[test]
fn a_chat_leaves_room_for_another() {
    let channels = "[channels]\nchat = 50\n[[streams]]";
    let text = small(THREE, "channel = \"chat\"", "").replacen("[[streams]]", channels, 1);
    assert_eq!(calls(&text).waits, [0, 0, 10_000]);
}

#[test]
fn who_still_waits_when_the_shift_is_over_goes_home() {
    let counts = calls(&small(THREE, "", r#"shifts = [{ from = "00:00", to = "00:01" }]"#));
    // The shift ends with the second call: its agent takes no third one.
    assert_eq!(counts.waits, [0, 20_000]);
    assert_eq!((counts.offered, counts.abandoned), (3, 1));
}

#[test]
fn the_same_seed_gives_the_same_run() {
    let mut day = read("day");
    day.replications = 2;
    let results = replicate(&day, |_| {}).unwrap();
    assert_eq!(results, replicate(&day, |_| {}).unwrap());
    assert_ne!(results.runs[0], results.runs[1], "each replication has chances of its own");
    day.seed += 1;
    assert_ne!(results, replicate(&day, |_| {}).unwrap());
    for counts in results.runs.iter().flat_map(|run| &run.streams) {
        assert_eq!(counts.offered, counts.answered + counts.abandoned, "who came was answered or left");
    }
}

#[test]
fn other_agents_meet_the_same_customers() {
    let [one, two] = ["one-skill", "two-skills"].map(|name| Scenario { replications: 5, ..read(name) });
    let [one, two] = [one, two].map(|scenario| replicate(&scenario, |_| {}).unwrap());
    for (one, two) in one.runs.iter().zip(&two.runs) {
        let came = |run: &segue_sim::Tally| run.streams.iter().map(|counts| counts.offered).collect::<Vec<_>>();
        assert_eq!(came(one), came(two));
    }
    let fewer = one.difference(&two, |tally| tally.all().abandonment()).unwrap();
    assert!(fewer.mean + fewer.half < -0.02, "a second skill each keeps customers: {fewer:?}");
}

#[test]
fn staff_that_reaches_the_target() {
    let hotline = Scenario { replications: 10, ..read("hotline") };
    let needs = staffing::staff(&hotline, |_| {}).unwrap();
    assert_eq!(needs.len(), 8);
    for need in &needs {
        let (agents, level) = need.simulated;
        assert!(level.unwrap().mean >= hotline.target.share, "{need:?}");
        assert!(agents.abs_diff(need.erlang.0) <= 2, "{need:?}");
    }
}

#[test]
fn size_alone_shortens_waits() {
    let mut hotline = read("hotline");
    hotline.teams[0].agents = 20;
    let sizes = pooling(&hotline).unwrap();
    assert_eq!(sizes.iter().map(|size| size.agents).collect::<Vec<_>>(), [5, 10, 20, 40, 80]);
    assert!(sizes.windows(2).all(|pair| pair[0].mean_wait.mean > pair[1].mean_wait.mean), "{sizes:?}");
}

#[test]
fn the_page_needs_nothing_beside_it() {
    let day = Scenario { replications: 2, name: "<b>one & all</b>".to_owned(), ..read("day") };
    let page = report::html(&day, &replicate(&day, |_| {}).unwrap(), &[]);
    assert!(page.contains("&lt;b&gt;one &amp; all&lt;/b&gt;") && !page.contains("<b>one"), "names are text");
    assert_eq!(page.matches("<svg").count(), 5);
    for outside in ["<script", "src=", "href=", "url(", "NaN", "inf"] {
        assert!(!page.contains(outside), "{outside}");
    }
}

/// Twenty agents at 95 %, as in `docs/how-to/plan-staff.md`.
#[test]
fn expected_waits_are_right_as_often_as_they_say() {
    let busy = Scenario { replications: 4, ..read("busy") };
    let results = replicate(&busy, |_| {}).unwrap();
    let told = results.told();
    let (p50, p90) = told.shares().unwrap();
    assert!((p50 - 0.5).abs() < 0.05 && (p90 - 0.9).abs() < 0.05, "{p50} waited at most the p50, {p90} at most the p90");
    assert!(told.error().unwrap() < 0.75 * told.error_of_past().unwrap(), "{told:?}");
}

#[test]
fn everything_wrong_is_named_at_once() {
    let text = small("[]", r#"patience = { law = "exponential", mean = "0s" }"#, "shifts = [{ from = \"10:00\", to = \"09:00\" }]");
    let Err(BadScenario::Contradicts(faults)) = Scenario::read(&text.replace("queue = \"all\"", "queue = \"none\"")) else {
        panic!("it contradicts itself");
    };
    assert_eq!(
        faults,
        [
            "calls wait in none, which no team serves",
            "a law of calls: its mean must be longer than nothing",
            "the arrivals of calls are empty or out of order",
            "a shift of ada ends before it begins",
        ]
    );
    assert!(matches!(Scenario::read("name = 1"), Err(BadScenario::Unreadable(_))));
    let typo = small(THREE, "priorty = 3", "");
    assert!(matches!(Scenario::read(&typo), Err(BadScenario::Unreadable(_))), "a key nobody knows");
}

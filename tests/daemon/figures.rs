//! Every metric moves when what it counts happens: a small story, looked at while it goes on.

use super::{card, http1, plan, start};
use segue::telemetry::Metrics;
use segue_proto::chat::v1::resume::By;
use segue_proto::client::{Chat, Customer, Desk, Entry};
use std::collections::BTreeMap;
use std::time::Instant;

/// What stays 0 in a story where nothing goes wrong inside.
const STILL: [&str; 5] =
    ["segue_questions_asked_twice", "segue_engine_rebuilds", "segue_deadlines_stuck", "segue_connections_refused", "segue_chores_waiting"];

/// Metrics as the documentation lists them.
fn documented() -> Vec<String> {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/reference/metrics.md")).unwrap();
    let name = |line: &str| line.strip_prefix("| `").and_then(|rest| rest.split('`').next()).map(str::to_owned);
    page.lines().filter_map(name).collect()
}

/// The largest value that each metric has shown.
struct Seen(Metrics, BTreeMap<String, f64>);

impl Seen {
    fn look(&mut self) {
        for line in self.0.text().lines().filter(|line| !line.starts_with('#')) {
            let Some((sample, value)) = line.rsplit_once(' ') else { continue };
            let name = sample.split('{').next().unwrap();
            let name = ["_total", "_count", "_info"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name);
            let value: f64 = value.parse().unwrap_or(0.0);
            let most = self.1.entry(name.to_owned()).or_default();
            *most = most.max(value);
        }
    }

    /// Looks until a metric has moved: some are set once a second.
    async fn moves(&mut self, name: &str) {
        let until = Instant::now() + super::PATIENCE;
        while self.1.get(name).is_none_or(|value| *value <= 0.0) {
            assert!(Instant::now() < until, "{name} does not move:\n{}", self.0.text());
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            self.look();
        }
    }
}

#[tokio::test]
async fn every_metric_moves() {
    let mut plan = plan();
    plan.limits.code_tries = 1;
    let running = start(plan.clone()).await;
    let tokens = card(&plan, running.public);
    let (http, ws) = (format!("http://{}", running.public), format!("ws://{}/v1", running.public));
    let mut seen = Seen(running.metrics.clone(), BTreeMap::new());
    seen.moves("segue_agents").await;
    let signed_out = format!("segue_agents{{tenant=\"demo\",readiness=\"signed_out\"}} {}", tokens.agents.len());
    assert!(running.metrics.text().contains(&signed_out), "who never came is signed out: {}", running.metrics.text());

    // A customer in the app waits for a person; nothing answers the fault journey's look-up.
    let mut nora = Customer::connect(&http, &tokens.customer).await.unwrap();
    let mut place = nora.start("fault").await.unwrap();
    nora.choose(&mut place, "internet").await.unwrap();
    nora.fill_all(&mut place, &[("since", "today"), ("light", "red"), ("restarted", "yes"), ("number", "+41443640101")]).await.unwrap();
    seen.moves("segue_connector_calls").await;
    nora.ask_for_person(&mut place).await.unwrap();
    seen.moves("segue_queue_waiting").await;
    seen.moves("segue_queue_oldest_wait_seconds").await;

    // Ada takes it, talks, and wraps up.
    let mut ada = Desk::open(&format!("{ws}/desk"), &tokens.agents[0].1, None).await.unwrap();
    ada.present("ready").await.unwrap();
    let offer = ada.offered().await.unwrap();
    ada.accept(&offer).await.unwrap();
    seen.moves("segue_ws_connections").await;
    ada.say(&place.session, "Hello").await.unwrap();
    ada.finish(&offer.interaction_id).await.unwrap();
    ada.wrap_up(&offer.interaction_id, "solved").await.unwrap();
    seen.moves("segue_pop_seconds").await;
    seen.moves("segue_interactions").await;

    // A visitor suspends, mistypes the code, and is back.
    let chat = format!("{ws}/chat");
    let visit = || Chat::open(&chat, Entry::Widget("nordlicht-site".into()), None);
    let mut page = visit().await.unwrap();
    page.start("main").await.unwrap();
    let handles = page.suspend().await.unwrap();
    page.vanish();
    let mut again = visit().await.unwrap();
    for _ in 0..2 {
        assert!(again.resume(By::Code("00000000".into())).await.is_err());
    }
    seen.moves("segue_limit_reached").await;
    let link = handles.into_iter().find(|handle| handle.url.starts_with("https://nordlicht.example/help#")).unwrap();
    assert_eq!(link.url, format!("https://nordlicht.example/help#{}", link.value));
    again.resume(By::LinkToken(link.value)).await.unwrap();
    again.vanish();
    drop(ada.vanish());
    seen.moves("segue_ws_closes").await;
    assert_eq!(http1().get(format!("{http}/nowhere")).send().await.unwrap().status(), 404);

    assert!(running.reloads().take(&plan).await.is_empty(), "the same routing is taken again");
    seen.moves("segue_config_reloads").await;

    running.stop().await;
    seen.look();
    let unmoved: Vec<_> = documented().into_iter().filter(|name| seen.1.get(name).is_none_or(|value| *value <= 0.0)).collect();
    assert_eq!(unmoved, BTreeMap::from(STILL.map(|name| (name, ()))).into_keys().collect::<Vec<_>>(), "{}", seen.0.text());
}

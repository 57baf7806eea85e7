//! The routing of a daemon that runs changes by a call and by a signal, and whoever waits goes on waiting.

use super::operator::{plain, printed, segue, told};
use super::{card, soon, start};
use segue::config::Keys;
use segue::config::plan::StorePlan;
use segue::demo;
use segue_proto::client::Customer;
use std::net::Ipv4Addr;
use std::path::Path;
use std::sync::{Arc, Mutex};

/// Keys of the demo that are set otherwise, and what to.
type Variables = Arc<Mutex<Vec<(String, String)>>>;

fn set(variables: &Variables, keys: &[(&str, &str)]) {
    let named = |(key, value): &(&str, &str)| (format!("SEGUE__{key}"), (*value).to_owned());
    *variables.lock().unwrap() = keys.iter().map(named).collect();
}

#[tokio::test]
async fn a_routing_comes_into_force_and_who_waits_keeps_their_place() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let variables = Variables::default();
    let read = {
        let variables = Arc::clone(&variables);
        move || demo::loaded(Path::new("unused"), (Ipv4Addr::LOCALHOST, 0).into(), variables.lock().unwrap().clone())
    };
    let loaded = read().map_err(|faults| faults.lines()).unwrap();
    let mut plan = loaded.plan;
    (plan.audit, plan.store) = (None, StorePlan::Memory);
    let running = start(plan.clone()).await;
    let tokens = card(&plan, running.public);
    let url = format!("http://{}", running.public);
    let reload = ["config", "reload"];
    let unread = told(&segue(&url, &tokens.admin, &reload).await);
    assert!(unread.starts_with("3: ") && unread.contains("without a configuration"), "{unread}");
    running.reloads().from(Keys::of(&loaded.shown), read).await;

    let mut nora = Customer::connect(&url, &tokens.customer).await.unwrap();
    let mut session = nora.start("fault").await.unwrap();
    nora.ask_for_person(&mut session).await.unwrap();
    let list = async || printed(&segue(&url, &tokens.admin, &["interactions", "list", "--json"]).await);
    soon("nora waits", async { while !list().await.contains("faults") {} }).await;
    let waits = list().await;

    set(
        &variables,
        &[
            ("TENANTS__DEMO__QUEUES__FAULTS__DEPTH", "7"),
            ("TENANTS__DEMO__QUEUES__SPARE__DEPTH", "3"),
            ("TENANTS__DEMO__TITLE", "Another"),
            ("NODE", "another"),
        ],
    );
    let said = async |words: &[&str]| plain(&printed(&segue(&url, &tokens.admin, words).await));
    let mut heard =
        vec![said(&["config", "reload", "--dry-run"]).await, said(&["config", "reload"]).await, said(&["config", "reload"]).await];
    assert_eq!(list().await, waits, "nobody lost their place");

    // By a signal, with everything that differs; what wants a restart still does.
    set(&variables, &[("TENANTS__DEMO__QUEUES__FAULTS__DEPTH", "7"), ("TENANTS__DEMO__TITLE", "Another")]);
    running.reloads().all().await;
    assert_eq!(list().await, waits, "nobody lost their place");
    heard.push(said(&["config", "reload", "--dry-run"]).await);
    heard.push(told(&segue(&url, &tokens.supervisor, &reload).await));
    set(&variables, &[("TENANTS__DEMO__QUEUES__FAULTS__DEPTH", "many")]);
    heard.push(told(&segue(&url, &tokens.admin, &reload).await));
    let metrics = running.metrics.text();
    let mut counted: Vec<_> = metrics.lines().filter(|line| line.starts_with("segue_config_reloads_total")).collect();
    counted.sort_unstable();
    heard.push(counted.join("\n"));
    insta::assert_snapshot!(heard.join("\n---\n"));
    running.stop().await;
}

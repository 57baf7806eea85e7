//! Parts of pops from other systems: asked for whenever a desk shows an interaction without them.

use super::harness::{CONFIG, Caller, Desk, agent, customer, memory, open_as, plan_of, visitor};
use super::recovery::in_one_life;
use crate::config::plan::Plan;
use crate::engine::Meters;
use segue_adapter_kit::{DeskEntry, DeskStart, Resume};
use segue_session::{Channel, Command, DeskEvent, EnrichmentStanding, Party, SessionId};
use std::sync::Arc;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

/// The plan of the stories, with a connector that asks this host about the customer.
fn plan(host: &str) -> Arc<Plan> {
    let connector = format!("[[tenants.acme.connectors]]\nname = \"crm\"\nurl = \"http://{host}/{{customer}}\"\n");
    plan_of(&(CONFIG.replace("widgets =", &format!("hosts = [\"{host}\"]\nwidgets =")) + &connector), &[])
}

/// Answers every question with the path it came to.
fn answer_all(listener: TcpListener) {
    tokio::spawn(async move {
        loop {
            let (mut socket, _) = listener.accept().await.unwrap();
            let mut head = vec![0; 4096];
            let read = socket.read(&mut head).await.unwrap_or_default();
            let head = String::from_utf8_lossy(&head[..read]).into_owned();
            let body = format!("{:?}", head.split(' ').nth(1).unwrap_or_default());
            let text = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len());
            // Who asked in a former life does not listen any more.
            let _ = socket.write_all(text.as_bytes()).await;
        }
    });
}

/// Waits until the desk is told a part that was had, and gives what it says.
async fn part(desk: &mut Desk, of: SessionId) -> serde_json::Value {
    desk.until("the part", |entry| match entry {
        DeskEntry::Event(event) => match event.as_ref() {
            DeskEvent::Enriched { session, part, .. } if *session == of && part.standing == EnrichmentStanding::Ready => {
                part.data.as_ref().map(|data| data.reveal().clone())
            }
            _ => None,
        },
        DeskEntry::Message(..) => None,
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_signs_in_during_the_offer_is_asked_about() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let house = open_as(&memory(), plan(&listener.local_addr().unwrap().to_string()), Meters::default()).await;
    answer_all(listener);
    let mut ada = Desk::ready(&house, "ada").await;
    let cy = Caller::start_on(&house, visitor("somebody"), Channel::Chat).await;
    cy.ask().await;
    assert_eq!(ada.offer().await.pop.customer.customer, None);
    let Party::Customer(claims) = customer("cy").party else { panic!("a customer") };
    cy.order(Command::Prove(cy.leg, claims)).await.unwrap();
    assert_eq!(part(&mut ada, cy.session).await, "/cy");
}

#[test]
fn a_part_that_a_sudden_end_took_is_asked_for_when_the_desk_is_back() {
    let store = memory();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let plan = plan(&listener.local_addr().unwrap().to_string());
    let (resume, session) = in_one_life(async {
        let house = open_as(&store, Arc::clone(&plan), Meters::default()).await;
        let mut ada = Desk::ready(&house, "ada").await;
        let cy = Caller::start(&house, "cy").await;
        cy.ask().await;
        let offer = ada.offer().await;
        assert_eq!(offer.pop.enrichment["crm"].standing, EnrichmentStanding::Pending);
        ada.accept(offer.offer).await;
        (Resume { epoch: ada.connection.epoch, seq: ada.seen }, cy.session)
    });
    in_one_life(async {
        let house = open_as(&store, plan, Meters::default()).await;
        answer_all(TcpListener::from_std(listener).unwrap());
        let mut ada = Desk::hello(&house, agent("ada"), Some(resume)).await;
        assert!(matches!(ada.connection.start, DeskStart::Entries(_)), "the desk goes on where it was");
        assert_eq!(part(&mut ada, session).await, "/cy");
    });
}

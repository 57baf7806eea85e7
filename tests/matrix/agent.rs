//! The exam's agent: takes whatever is offered, parks when asked to, and comes back when the daemon does.

use crate::exam::AGENT;
use crate::product::token;
use segue_adapter_kit::conformance::Fault;
use segue_proto::client::{Desk, Error};
use segue_proto::desk::v1::{self as desk, client_frame::Frame};
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot, watch};

/// An agent at their desk. Dropping this sends them home.
pub(crate) struct Agent {
    parks: mpsc::UnboundedSender<Park>,
    /// The sessions that the agent has taken.
    taken: watch::Receiver<BTreeSet<String>>,
}

/// A session to be parked, and where to say that it is.
struct Park(String, oneshot::Sender<Result<(), Error>>);

impl Agent {
    /// Sits down at the desk of the daemon at this address.
    pub(crate) fn at(address: SocketAddr) -> Self {
        let (parks, asked) = mpsc::unbounded_channel();
        let (told, taken) = watch::channel(BTreeSet::new());
        tokio::spawn(work(address, asked, told));
        Self { parks, taken }
    }

    /// Waits until the agent has taken a session.
    pub(crate) async fn takes(&self, session: &str) -> Result<(), Fault> {
        let mut taken = self.taken.clone();
        taken.wait_for(|taken| taken.contains(session)).await.map(drop).map_err(|_| Fault::new("the agent has gone home"))
    }

    /// Has the agent park a session.
    pub(crate) async fn parks(&self, session: &str) -> Result<(), Fault> {
        let (done, outcome) = oneshot::channel();
        self.parks.send(Park(session.to_owned(), done)).map_err(|_| Fault::new("the agent has gone home"))?;
        let outcome = outcome.await.map_err(|_| Fault::new("the desk was lost while it parked"))?;
        outcome.map_err(|error| Fault(error.to_string()))
    }
}

async fn work(address: SocketAddr, mut asked: mpsc::UnboundedReceiver<Park>, told: watch::Sender<BTreeSet<String>>) {
    while !told.is_closed() {
        match Desk::open(&format!("ws://{address}/v1/desk"), &token("agent", AGENT), None).await {
            // It ends when the socket does; then the agent comes back, as a browser would.
            Ok(desk) => drop(shift(desk, &mut asked, &told).await),
            Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
}

async fn shift(mut desk: Desk, asked: &mut mpsc::UnboundedReceiver<Park>, told: &watch::Sender<BTreeSet<String>>) -> Result<(), Error> {
    desk.present("ready").await?;
    loop {
        while let Some((id, offer)) = desk.screen.offers.pop_first() {
            desk.screen.offers.insert(id, offer.clone());
            match desk.accept(&offer).await {
                // The customer may have left meanwhile: then there is nothing to take.
                Ok(()) | Err(Error::Refused(_)) => drop(desk.screen.offers.remove(&id)),
                Err(error) => return Err(error),
            }
        }
        let held = desk.screen.held.values().map(|held| held.pop.session_id.clone());
        told.send_modify(|taken| taken.extend(held));
        tokio::select! {
            came = desk.next() => drop(came?),
            park = asked.recv() => {
                let Some(Park(session, done)) = park else { return Ok(()) };
                let frame = Frame::Park(desk::Park { session_id: session, note: "parked for the exam".into() });
                // Whoever asked may have lost patience.
                let _ = done.send(desk.command(frame).await.map(drop));
            }
        }
    }
}

//! The task: takes news from the sockets and orders from the handles, one after the other.

use super::handle::KEPT;
use super::{Asked, AskedNews, Error, Hop, Order};
use crate::message::{Name, Request, Response};
use crate::transaction::{ClientId, Happening, ServerId, Transactions};
use crate::transport::{Flow, Gate, Inbox, Line, News, Transport, dial};
use bytes::Bytes;
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;
use tokio::net::UdpSocket;
use tokio::sync::mpsc;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;

/// Everything that the task owns.
pub(super) struct Task {
    pub(super) transactions: Transactions,
    pub(super) sockets: Vec<Arc<UdpSocket>>,
    pub(super) addresses: Vec<(Transport, SocketAddr)>,
    pub(super) numbers: Arc<AtomicU64>,
    pub(super) tls_out: Option<TlsConnector>,
    pub(super) gate: Arc<Gate>,
    pub(super) inbox: Inbox,
    pub(super) orders: mpsc::WeakUnboundedSender<Order>,
    pub(super) asked: mpsc::Sender<Asked>,
    /// Streams that are open, or being opened.
    pub(super) lines: HashMap<Flow, Line>,
    /// Those that we dialled, by whom they reach.
    pub(super) dialled: HashMap<(Transport, SocketAddr), Flow>,
    pub(super) servers: HashMap<ServerId, mpsc::Sender<AskedNews>>,
    pub(super) clients: HashMap<ClientId, mpsc::Sender<Option<Response>>>,
}

impl Task {
    /// Runs until the last handle is dropped; the sockets' tasks end with it.
    pub(super) async fn run(mut self, mut news: mpsc::Receiver<News>, mut orders: mpsc::UnboundedReceiver<Order>) {
        let mut happened = Vec::new();
        loop {
            let due = self.transactions.deadline();
            tokio::select! {
                biased;
                order = orders.recv() => match order {
                    Some(order) => self.ordered(order, &mut happened),
                    None => break,
                },
                Some(news) = news.recv() => self.news(news, &mut happened),
                () = until(due) => self.transactions.tick(Instant::now(), &mut happened),
            }
            if news.is_empty() {
                self.gate.made_up();
            }
            for happening in std::mem::take(&mut happened) {
                self.happened(happening);
            }
        }
    }

    fn news(&mut self, news: News, out: &mut Vec<Happening>) {
        match news {
            News::Came(message, flow, at) => {
                let now = Instant::now();
                match self.gate.waited(&message, now.saturating_duration_since(at)) {
                    Some(refusal) => self.send(flow, refusal),
                    None => self.transactions.received(now, message, flow, out),
                }
            }
            News::Opened(flow, line) => {
                self.lines.insert(flow, line);
            }
            News::Closed(flow) => {
                self.lines.remove(&flow);
                self.dialled.retain(|_, dialled| *dialled != flow);
                self.transactions.unreachable(flow, out);
            }
        }
    }

    fn ordered(&mut self, order: Order, out: &mut Vec<Happening>) {
        let now = Instant::now();
        match order {
            Order::Answer(id, response, tell) => {
                let last = response.is_final();
                let done = self.transactions.respond(now, id, response, out);
                if last && done.is_ok() && !self.transactions.awaits_ack(id) {
                    self.servers.remove(&id);
                }
                // Whoever asked may have been dropped meanwhile.
                let _ = tell.send(done);
            }
            Order::Abandon(id) => {
                self.servers.remove(&id);
                if let Ok(answer) = self.transactions.answer_to(id, 500) {
                    let _ = self.transactions.respond(now, id, answer, out);
                }
            }
            Order::Ask(request, hop, answers, tell) => {
                let asked = self.ask(now, request, hop, out);
                if let Ok((id, _)) = &asked {
                    self.clients.insert(*id, answers);
                }
                let _ = tell.send(asked);
            }
            Order::Acknowledge(id, ack, hop) => self.acknowledge(id, ack, hop, out),
            Order::Cancel(id) => self.transactions.cancel(now, id, out),
            Order::Count(tell) => {
                let _ = tell.send(self.transactions.len());
            }
        }
    }

    fn ask(&mut self, now: Instant, mut request: Request, hop: Hop, out: &mut Vec<Happening>) -> Result<(ClientId, Flow), Error> {
        let flow = self.way(hop)?;
        let branch = self.transactions.branch();
        self.sign(&mut request, flow, &branch);
        Ok((self.transactions.request(now, &branch, request, flow, out)?, flow))
    }

    fn acknowledge(&mut self, id: ClientId, mut ack: Request, hop: Option<Hop>, out: &mut Vec<Happening>) {
        let flow = match hop {
            Some(hop) => self.way(hop).ok(),
            None => self.transactions.flow(id),
        };
        // Without a way the far end gives up for want of an ACK, and hangs up.
        let Some(flow) = flow else { return };
        let branch = self.transactions.branch();
        self.sign(&mut ack, flow, &branch);
        self.transactions.acknowledge(id, &ack, flow, out);
    }

    /// Puts our `Via` in front.
    fn sign(&self, request: &mut Request, flow: Flow, branch: &str) {
        let ours = |(transport, _): &&(Transport, SocketAddr)| *transport == flow.transport;
        let at = match flow.transport {
            Transport::Udp => usize::try_from(flow.socket).ok().and_then(|number| self.addresses.get(number)),
            Transport::Tcp | Transport::Tls => self.addresses.iter().find(ours),
        };
        let at = at.or(self.addresses.first()).map_or_else(|| "invalid.invalid".to_owned(), |(_, at)| at.to_string());
        request.fields.insert_first(Name::Via, format!("SIP/2.0/{} {at};rport;branch={branch}", flow.transport));
    }

    /// The way to a hop: a socket of the peer's family, a stream that is open, or one that is dialled.
    fn way(&mut self, hop: Hop) -> Result<Flow, Error> {
        let (transport, peer, name) = match hop {
            Hop::Flow(flow) => return Ok(flow),
            Hop::Address { transport, peer, name } => (transport, peer, name),
        };
        if transport == Transport::Udp {
            let fits = |(_, at): &(Transport, SocketAddr)| at.is_ipv4() == peer.is_ipv4();
            let number = self.addresses.iter().take(self.sockets.len()).position(fits).ok_or(Error::NoWay(transport))?;
            return Ok(Flow { transport, socket: u64::try_from(number).unwrap_or(u64::MAX), peer });
        }
        if let Some(flow) = self.dialled.get(&(transport, peer)) {
            return Ok(*flow);
        }
        let tls = if transport == Transport::Tls { Some(self.tls_to(peer, name)?) } else { None };
        let flow = Flow { transport, socket: self.numbers.fetch_add(1, Ordering::Relaxed), peer };
        self.lines.insert(flow, dial(flow, tls, Arc::clone(&self.gate), self.inbox.clone()));
        self.dialled.insert((transport, peer), flow);
        Ok(flow)
    }

    fn tls_to(&self, peer: SocketAddr, name: Option<String>) -> Result<(TlsConnector, ServerName<'static>), Error> {
        let name = name.and_then(|name| ServerName::try_from(name).ok()).unwrap_or_else(|| ServerName::from(peer.ip()));
        self.tls_out.clone().map(|connector| (connector, name)).ok_or(Error::NoWay(Transport::Tls))
    }

    fn happened(&mut self, happening: Happening) {
        match happening {
            Happening::Send(flow, octets) => self.send(flow, octets),
            Happening::Asked { id, request, flow } => self.asked(id, request, flow),
            Happening::Acked(id, ack) => self.tell(id, AskedNews::Acked(ack), true),
            Happening::Unacknowledged(id) => self.tell(id, AskedNews::Unacknowledged, true),
            Happening::Cancelled(id) => self.tell(id, AskedNews::Cancelled, false),
            Happening::Answered(id, response) => {
                let Some(answers) = self.clients.get(&id) else { return };
                if response.is_final() || answers.capacity() > KEPT {
                    let _ = answers.try_send(Some(response));
                }
            }
            Happening::Unanswered(id) => {
                if let Some(answers) = self.clients.get(&id) {
                    let _ = answers.try_send(None);
                }
            }
            Happening::Forgotten(id) => {
                self.clients.remove(&id);
            }
        }
    }

    fn asked(&mut self, id: ServerId, request: Request, flow: Flow) {
        let (Some(orders), Some(tag)) = (self.orders.upgrade(), self.transactions.tag(id)) else { return };
        // As many as can happen: it is cancelled, then acknowledged.
        let (news_in, news) = mpsc::channel(2);
        let asked = Asked { id, request, flow, tag: tag.to_owned(), orders, news, answered: false };
        match self.asked.try_send(asked) {
            Ok(()) => {
                self.servers.insert(id, news_in);
            }
            // Nobody takes requests quickly enough: dropping it answers it.
            Err(_) => self.gate.limit("asked"),
        }
    }

    fn tell(&mut self, id: ServerId, news: AskedNews, last: bool) {
        if let Some(asked) = self.servers.get(&id) {
            // Whoever held it may have let go.
            let _ = asked.try_send(news);
        }
        if last {
            self.servers.remove(&id);
        }
    }

    fn send(&mut self, flow: Flow, octets: Bytes) {
        let sent = match flow.transport {
            Transport::Udp => {
                let socket = usize::try_from(flow.socket).ok().and_then(|number| self.sockets.get(number));
                socket.is_some_and(|socket| socket.try_send_to(&octets, flow.peer).is_ok())
            }
            Transport::Tcp | Transport::Tls => self.lines.get(&flow).is_some_and(|line| line.try_send(octets).is_ok()),
        };
        if !sent {
            // Datagrams are repeated; a stream that does not read is let go by its writer.
            self.gate.limit("unsent");
        }
    }
}

async fn until(due: Option<Instant>) {
    match due {
        Some(due) => tokio::time::sleep_until(due.into()).await,
        None => std::future::pending().await,
    }
}

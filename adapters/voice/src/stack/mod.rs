//! The SIP stack of a node: one task owns the transactions and the sockets, the rest hold handles.
//!
//! What the world asks comes out of [`Stack::next`] as [`Asked`]; what we ask goes in by [`Stack::ask`] and is answered through
//! [`Asking`]. Whoever drops a handle lets go: a request that is not answered is answered with 500, a ringing call of ours is
//! cancelled.
//!
//! What is *not* here: dialogs, calls, who may ask what.

mod handle;
mod task;

pub use handle::{Asked, AskedNews, Asking};

use crate::message::Request;
use crate::transaction::{self, Limits, Transactions};
use crate::transport::{Flow, Gate, GateSettings, Transport, accept, bind, receive};
use rand::SeedableRng;
use rand::rngs::StdRng;
use segue_adapter_kit::Meter;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::net::TcpListener;
use tokio::sync::{Mutex, Semaphore, mpsc, oneshot};
use tokio_rustls::rustls::{ClientConfig, ServerConfig};
use tokio_rustls::{TlsAcceptor, TlsConnector};

/// News of the sockets that may wait for the stack's task.
const INBOX: usize = 4096;
/// Requests that may wait for whoever takes them.
const ASKED: usize = 1024;

/// Where the stack listens and what it holds peers to.
#[derive(Default)]
pub struct Settings {
    /// Datagrams. Concrete addresses: the answer must leave by the address that was asked.
    pub udp: Vec<SocketAddr>,
    /// Streams.
    pub tcp: Vec<SocketAddr>,
    /// Streams that nobody else reads, with our certificate.
    pub tls: Option<(SocketAddr, Arc<ServerConfig>)>,
    /// Whom we trust when we dial over TLS; without it, nobody.
    pub tls_out: Option<Arc<ClientConfig>>,
    /// Connections at a time; 4,096 where it is `None`.
    pub connections: Option<usize>,
    /// Transactions at a time.
    pub limits: Limits,
    /// What the gate holds peers to.
    pub gate: GateSettings,
}

/// Why the stack does not do what it is asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A socket could not be had.
    #[error("while listening for SIP over {transport} at {at}")]
    Listen {
        /// What was to be carried.
        transport: Transport,
        /// Where.
        at: SocketAddr,
        /// Why not.
        source: std::io::Error,
    },
    /// Nothing of ours carries this.
    #[error("no socket for {0}")]
    NoWay(Transport),
    /// The transactions refuse.
    #[error(transparent)]
    Transaction(#[from] transaction::Error),
    /// The stack has ended.
    #[error("the SIP stack has ended")]
    Gone,
}

/// Where a request of ours goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hop {
    /// A way that is known: where an earlier request came from.
    Flow(Flow),
    /// An address; a stream to it that is open is used again.
    Address {
        /// What shall carry it.
        transport: Transport,
        /// Whom it shall reach.
        peer: SocketAddr,
        /// The name that the peer's certificate must bear, over TLS; the address where it is `None`.
        name: Option<String>,
    },
}

/// What the handles ask of the stack's task.
pub(crate) enum Order {
    Answer(transaction::ServerId, crate::message::Response, oneshot::Sender<Result<(), transaction::Error>>),
    Abandon(transaction::ServerId),
    Ask(Request, Hop, mpsc::Sender<Option<crate::message::Response>>, oneshot::Sender<Result<(transaction::ClientId, Flow), Error>>),
    Acknowledge(transaction::ClientId, Request, Option<Hop>),
    Cancel(transaction::ClientId),
    Count(oneshot::Sender<usize>),
}

/// The SIP stack. Dropping it closes the sockets.
pub struct Stack {
    orders: mpsc::UnboundedSender<Order>,
    asked: Mutex<mpsc::Receiver<Asked>>,
    addresses: Vec<(Transport, SocketAddr)>,
}

impl Stack {
    /// Opens the sockets and begins to serve them.
    ///
    /// # Errors
    ///
    /// [`Error::Listen`] where a socket cannot be had.
    pub async fn listen(settings: Settings, meter: Arc<dyn Meter>) -> Result<Self, Error> {
        let Settings { udp, tcp, tls, tls_out, connections, limits, gate } = settings;
        let gate = Arc::new(Gate::new(gate, meter));
        let (inbox, news) = mpsc::channel(INBOX);
        let numbers = Arc::new(AtomicU64::new(u64::try_from(udp.len()).unwrap_or(u64::MAX)));
        let places = Arc::new(Semaphore::new(connections.unwrap_or(4096)));
        let (mut addresses, mut sockets) = (Vec::new(), Vec::new());
        for (number, at) in udp.into_iter().enumerate() {
            let socket = bind(at).map_err(|source| Error::Listen { transport: Transport::Udp, at, source })?;
            addresses.push((Transport::Udp, socket.local_addr().unwrap_or(at)));
            let socket = Arc::new(socket);
            tokio::spawn(receive(Arc::clone(&socket), u64::try_from(number).unwrap_or(u64::MAX), Arc::clone(&gate), inbox.clone()));
            sockets.push(socket);
        }
        let streams = tcp.into_iter().map(|at| (at, None)).chain(tls.map(|(at, config)| (at, Some(TlsAcceptor::from(config)))));
        for (at, acceptor) in streams {
            let transport = if acceptor.is_some() { Transport::Tls } else { Transport::Tcp };
            let listener = TcpListener::bind(at).await.map_err(|source| Error::Listen { transport, at, source })?;
            addresses.push((transport, listener.local_addr().unwrap_or(at)));
            let numbers = Arc::clone(&numbers);
            let number = move || numbers.fetch_add(1, Ordering::Relaxed);
            tokio::spawn(accept(listener, acceptor, number, Arc::clone(&places), Arc::clone(&gate), inbox.clone()));
        }
        let (orders, ordered) = mpsc::unbounded_channel();
        let (asked_in, asked) = mpsc::channel(ASKED);
        let task = task::Task {
            transactions: Transactions::new(limits, StdRng::from_rng(&mut rand::rng())),
            sockets,
            addresses: addresses.clone(),
            numbers,
            tls_out: tls_out.map(TlsConnector::from),
            gate,
            inbox,
            orders: orders.downgrade(),
            asked: asked_in,
            lines: std::collections::HashMap::new(),
            dialled: std::collections::HashMap::new(),
            servers: std::collections::HashMap::new(),
            clients: std::collections::HashMap::new(),
        };
        tokio::spawn(task.run(news, ordered));
        Ok(Self { orders, asked: Mutex::new(asked), addresses })
    }

    /// Where it listens, with the ports that it was given.
    #[must_use]
    pub fn addresses(&self) -> &[(Transport, SocketAddr)] {
        &self.addresses
    }

    /// The next request that somebody asks; `None` when the stack has ended.
    pub async fn next(&self) -> Option<Asked> {
        self.asked.lock().await.recv().await
    }

    /// Asks. The request has no `Via`: the stack puts its own there.
    ///
    /// # Errors
    ///
    /// [`Error::NoWay`] where nothing of ours leads there, [`Error::Transaction`] where there are too many requests.
    pub async fn ask(&self, request: Request, hop: Hop) -> Result<Asking, Error> {
        handle::ask(&self.orders, request, hop).await
    }

    /// How many transactions there are.
    pub async fn transactions(&self) -> usize {
        let (tell, told) = oneshot::channel();
        let _ = self.orders.send(Order::Count(tell));
        told.await.unwrap_or_default()
    }
}

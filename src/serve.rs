//! The whole daemon from a plan: store, switchboard, doors, adapters, sockets; and its orderly end.
//!
//! ```text
//! start: open the store ─► bind ─► probes answer ─► open the switchboard (or stand by for it) ─► everything answers ─► ready
//! stop:  not ready, health NOT_SERVING ─► a pause, so that balancers see it ─► sockets told to move, GOAWAY
//!        ─► connections end ─► switchboard gives up its right ─► the operators' listener closes
//! ```
//!
//! What is *not* here: signals and the command line (`cli::serve`).

mod pulse;

use crate::admin::{AdminService, Ports};
use crate::audit::{self, Audit};
use crate::config::plan::{Listen, Plan, StorePlan};
use crate::console;
use crate::doors::{self, Gate, Guarded};
use crate::engine::Clock;
use crate::house::{self, Switchboard};
use crate::reload::Reloads;
use crate::server::{Accepting, Bound, Front, Readiness, Rest, Tls, TlsError};
use crate::telemetry::Metrics;
use axum::Router;
use segue_adapter_kit::{Desks, Doors, Drain, Draining, House, Meter, ws};
use segue_proto::admin::v1::admin_service_server::AdminServiceServer;
use segue_session::store::{self, Embedded, Redis, RedisOptions, Store};
use segue_session::{Private, Refusal};
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinHandle;
use tonic::service::Routes;
use tonic_health::pb::health_server::HealthServer;
use tonic_health::server::{HealthReporter, HealthService};

/// Why the daemon does not start, or stopped by itself.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The address cannot be had.
    #[error("while listening on {address}")]
    Bind {
        /// Which.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// The certificate cannot be used.
    #[error("while preparing TLS")]
    Tls(#[from] TlsError),
    /// The store cannot be used.
    #[error("while opening the store")]
    Store(#[from] store::Error),
    /// The audit log cannot be kept.
    #[error(transparent)]
    Audit(#[from] audit::Error),
    /// An issuer's key cannot be used.
    #[error(transparent)]
    Key(#[from] doors::KeyError),
    /// The switchboard cannot open.
    #[error("while opening the house")]
    House(#[from] house::Error),
    /// The descriptors cannot be served.
    #[error("while preparing reflection")]
    Reflection(#[from] tonic_reflection::server::Error),
    /// The store cannot be written any more.
    #[error("stopped: {0}")]
    Fatal(String),
}

impl Error {
    /// What would mend it.
    #[must_use]
    pub fn mend(&self) -> &'static str {
        match self {
            Self::Bind { source, .. } if source.kind() == io::ErrorKind::AddrInUse => {
                "stop what listens there (`ss -ltnp` names it), or choose another address: `listen.public` and `listen.private`, \
                 or `SEGUE__LISTEN__PUBLIC=127.0.0.1:7701`; the demo takes `--listen`"
            }
            Self::Bind { source, .. } if source.kind() == io::ErrorKind::PermissionDenied => {
                "ports below 1024 are for root: choose another, or grant CAP_NET_BIND_SERVICE"
            }
            Self::Bind { source, .. } if source.kind() == io::ErrorKind::AddrNotAvailable => {
                "no interface of this machine has that address"
            }
            _ if out_of_room(self) => "the disk is full: make room, and start again; everything that was acknowledged is kept",
            _ => "`segue doctor` looks for the cause",
        }
    }
}

/// Whether a full disk is at the bottom of it.
fn out_of_room(error: &Error) -> bool {
    let mut causes = std::iter::successors(Some(error as &dyn std::error::Error), |error| error.source());
    causes.any(|cause| cause.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::StorageFull))
}

/// The daemon, running in this process. [`Running::stop`] ends it in order; dropping it cuts everything off.
pub struct Running {
    /// Where customers and agents reach it.
    pub public: SocketAddr,
    /// Where operators do.
    pub private: Option<SocketAddr>,
    /// Its metrics.
    pub metrics: Metrics,
    switchboard: Arc<Switchboard>,
    listener: Accepting,
    operators: Option<Accepting>,
    readiness: Readiness,
    health: HealthReporter,
    drain: Drain,
    drain_for: Duration,
    drain_pause: Duration,
    pulse: JoinHandle<()>,
    reloads: Arc<Reloads>,
    gate: Arc<Gate>,
    keys: JoinHandle<()>,
    audit: Audit,
}

/// Everything that the fronts are built from.
struct Parts {
    plan: Arc<Plan>,
    gate: Arc<Gate>,
    house: Arc<dyn House>,
    desks: Arc<dyn Desks>,
    admin: AdminService,
    metrics: Metrics,
    draining: Draining,
    rest: Rest,
    health: HealthServer<HealthService>,
}

/// Starts the daemon and returns when it is ready.
///
/// # Errors
/// See [`Error`]; nothing is left running.
pub async fn start(plan: Plan) -> Result<Running, Error> {
    let store = open_store(&plan.store).await?;
    start_on(plan, store).await
}

/// Starts the daemon on a store that is open already.
///
/// # Errors
/// See [`Error`]; nothing is left running.
pub async fn start_on(plan: Plan, store: Arc<dyn Store>) -> Result<Running, Error> {
    let plan = Arc::new(plan);
    let clock = Clock::system();
    let metrics = Metrics::default();
    let tls = plan.listen.tls.as_ref().map(Tls::new).transpose()?;
    let public = bind(plan.listen.public).await?;
    let private = match plan.listen.private {
        Some(address) => Some(bind(address).await?),
        None => None,
    };
    let (public_at, private_at) = (public.address, private.as_ref().map(|bound| bound.address));
    let audit = Audit::open(&plan, metrics.meters.clone())?;
    let gate = Arc::new(Gate::new(&plan, clock.clone())?.audited(audit.clone()));
    let readiness = Readiness::default();
    let rest = Rest { gate: Arc::clone(&gate), readiness: readiness.clone(), metrics: metrics.clone() };
    let health = HealthReporter::new();
    let health_server = HealthServer::new(HealthService::from_health_reporter(health.clone()));
    pulse::tell(&health, false).await;
    let [front, front_private] = opening(&plan, &rest, &health_server);
    let listener = public.accept(front, &plan, tls.clone(), metrics.clone());
    let operators = private.map(|private| private.accept(front_private, &plan, None, metrics.clone()));
    // From here on a standby may wait for long, and is alive.
    readiness.stands(Some("opening, or standing by while another daemon decides"));
    let switchboard = Switchboard::open(Arc::clone(&store), Arc::clone(&plan), metrics.meters.clone(), clock, audit.clone()).await?;
    let (drain, draining) = Drain::new();
    let (deadline, meters) = (plan.limits.deadline, metrics.meters.clone());
    let house: Arc<dyn House> = Arc::new(Guarded::new(Arc::clone(&switchboard), deadline, meters.clone()));
    let reloads = Arc::new(Reloads::new(tls, Arc::clone(&gate), Arc::clone(&switchboard), audit.clone()));
    let ports =
        Ports { gate: Arc::clone(&gate), switchboard: Arc::clone(&switchboard), house: Arc::clone(&house), reloads: Arc::clone(&reloads) };
    let parts = Parts {
        admin: AdminService::new(ports, audit.clone()),
        house,
        desks: Arc::new(Guarded::new(Arc::clone(&switchboard), deadline, meters)),
        rest,
        health: health_server,
        plan: Arc::clone(&plan),
        gate: Arc::clone(&gate),
        metrics: metrics.clone(),
        draining,
    };
    let [front, front_private] = fronts(parts)?;
    listener.answer(front);
    if let Some(operators) = &operators {
        operators.answer(front_private);
    }
    pulse::tell(&health, true).await;
    readiness.stands(None);
    announce(&plan, public_at, private_at);
    Ok(Running {
        public: public_at,
        private: private_at,
        metrics,
        pulse: pulse::keep(readiness.clone(), health.clone(), Arc::clone(&switchboard), store),
        switchboard,
        listener,
        operators,
        readiness,
        health,
        drain,
        drain_for: plan.drain_for,
        drain_pause: plan.drain_pause,
        reloads,
        keys: doors::keep_keys(&gate),
        audit,
        gate,
    })
}

async fn bind(address: SocketAddr) -> Result<Bound, Error> {
    Bound::to(address).await.map_err(|source| Error::Bind { address, source })
}

/// Opens the store of a plan.
///
/// # Errors
/// It cannot be reached, is another process's, or does not keep what it is given.
pub async fn open_store(plan: &StorePlan) -> Result<Arc<dyn Store>, store::Error> {
    Ok(match plan {
        StorePlan::Memory => Arc::new(Embedded::memory()?),
        StorePlan::Embedded { dir } => Arc::new(Embedded::open(dir)?),
        StorePlan::Redis { url, ca, allow_unsafe } => {
            let options = RedisOptions { forced: *allow_unsafe, ca: ca.clone(), ..RedisOptions::new(url.clone()) };
            Arc::new(Redis::open(options).await?)
        }
    })
}

/// What the public listener answers while the house is not open, and what the private one does.
fn opening(plan: &Plan, rest: &Rest, health: &HealthServer<HealthService>) -> [Front; 2] {
    let routes = || Routes::new(health.clone());
    let doors: Arc<dyn Doors> = Arc::clone(&rest.gate) as _;
    let web = if plan.listen.private.is_none() { rest.operators() } else { Router::new() };
    [web, rest.operators()].map(|web| Front::opening(routes(), web, Arc::clone(&doors), rest.metrics.clone()))
}

/// What the public listener answers, and what the private one does.
fn fronts(parts: Parts) -> Result<[Front; 2], Error> {
    let Parts { plan, gate, house, desks, admin, metrics, draining, rest, health } = parts;
    let doors: Arc<dyn Doors> = gate;
    let meter: Arc<dyn Meter> = Arc::new(metrics.clone());
    let limits = &plan.limits;
    let app = segue_adapter_app::Settings {
        deadline: limits.deadline,
        longest: limits.deadline.max(Duration::from_secs(60)),
        message: limits.grpc_message,
        streams: limits.connections,
        ..segue_adapter_app::Settings::default()
    };
    let app = segue_adapter_app::App::new(Arc::clone(&doors), Arc::clone(&house), draining.clone(), Arc::clone(&meter), app).server();
    let admin = AdminServiceServer::new(admin).max_decoding_message_size(limits.grpc_message);
    let mut public = Routes::builder();
    public.add_service(health.clone()).add_service(app);
    let mut private = Routes::builder();
    private.add_service(health).add_service(admin.clone());
    if plan.listen.private.is_none() {
        public.add_service(admin);
    }
    if plan.listen.reflection {
        for routes in [&mut public, &mut private] {
            routes.add_service(reflection().build_v1()?);
            // Many tools still ask by its former name.
            routes.add_service(reflection().build_v1alpha()?);
        }
    }
    let sockets = socket_settings(&plan);
    let chat = segue_adapter_chat::routes(segue_adapter_chat::Ports {
        doors: Arc::clone(&doors),
        house,
        draining: draining.clone(),
        settings: sockets.clone(),
        meter: Arc::clone(&meter),
    });
    let places = sockets.places.keeping(limits.sockets_for_desks, limits.sockets_unadmitted);
    let settings = ws::Settings { places, ..sockets };
    let desk = segue_adapter_desk::routes(segue_adapter_desk::Ports { doors: Arc::clone(&doors), desks, draining, settings, meter });
    let logins = console::logins(Arc::clone(&rest.gate), Clock::system());
    let mut web = rest.public().merge(chat).merge(desk).merge(logins).merge(console::pages(&plan.listen.origins, plan.samples));
    if plan.listen.private.is_none() {
        web = web.merge(rest.operators());
    }
    let public = Front::new(public.routes(), web, Arc::clone(&doors), metrics.clone());
    let private = Front::new(private.routes(), rest.operators(), doors, metrics);
    Ok([public, private])
}

fn reflection() -> tonic_reflection::server::Builder<'static> {
    tonic_reflection::server::Builder::configure()
        .register_encoded_file_descriptor_set(segue_proto::DESCRIPTORS)
        .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
}

fn socket_settings(plan: &Plan) -> ws::Settings {
    let limits = &plan.limits;
    ws::Settings {
        hello: limits.handshake_time,
        frame: limits.ws_frame,
        message: limits.ws_message,
        ping: limits.ws_ping,
        command: limits.deadline,
        // Half of the time that there is: the other half is for those who are slow to go.
        move_within: (plan.drain_for / 2).min(ws::Settings::default().move_within),
        places: ws::Places::new(
            limits.sockets.saturating_sub(limits.sockets_for_desks),
            limits.sockets_per_address,
            limits.sockets_unadmitted,
        ),
        ..ws::Settings::default()
    }
}

/// One line that says what runs.
fn announce(plan: &Plan, public: SocketAddr, private: Option<SocketAddr>) {
    let Listen { tls, reflection, .. } = &plan.listen;
    let (store, durability) = match &plan.store {
        StorePlan::Memory => ("memory", "memory"),
        StorePlan::Embedded { .. } => ("embedded", "disk"),
        StorePlan::Redis { .. } => ("redis", "as its Redis is set up"),
    };
    tracing::info!(
        version = env!("CARGO_PKG_VERSION"),
        node = plan.node,
        %public,
        private = private.map(|private| private.to_string()),
        tls = tls.is_some(),
        reflection,
        store,
        durability,
        tenants = plan.tenants.len(),
        "segue is ready"
    );
}

impl Running {
    /// The key of a one-use link that signs a browser in as whoever holds this token.
    ///
    /// # Errors
    /// The token does not hold, or too many links are unused.
    pub async fn login_key(&self, token: &str) -> Result<Private<String>, Refusal> {
        self.gate.link(&Private::new(token.to_owned())).await
    }

    /// What reads its configuration again, and takes from it what needs no restart.
    #[must_use]
    pub fn reloads(&self) -> &Reloads {
        &self.reloads
    }

    /// Waits until the daemon cannot go on, and says why. Stop it then.
    pub async fn failed(&self) -> String {
        let mut fatal = self.switchboard.fatal();
        match fatal.wait_for(Option::is_some).await {
            Ok(why) => why.clone().unwrap_or_default(),
            Err(_) => "the house is gone".to_owned(),
        }
    }

    /// Stops in order, within the plan's `drain_for`.
    pub async fn stop(self) {
        let begun = tokio::time::Instant::now();
        tracing::info!(within = ?self.drain_for, "draining");
        self.metrics.draining.set(1);
        // What it says last must not be undone.
        self.pulse.abort();
        let _ = self.pulse.await;
        self.readiness.draining();
        pulse::tell(&self.health, false).await;
        // Everything goes on while balancers take this node out: who is sent here meanwhile is served.
        tokio::time::sleep(self.drain_pause).await;
        self.drain.begin();
        self.listener.close();
        // A part of the time is the switchboard's: what it holds must be on disk whatever the sockets do.
        let end = begun + self.drain_for.mul_f64(0.8);
        let gone = async {
            self.listener.closed().await;
            self.drain.finished().await;
        };
        if tokio::time::timeout_at(end, gone).await.is_err() {
            tracing::warn!("some connections did not end in time, and are cut off");
        }
        if tokio::time::timeout_at(begun + self.drain_for, self.switchboard.shutdown()).await.is_err() {
            tracing::warn!("the house did not close in time; what was acknowledged is stored");
        }
        if let Some(operators) = &self.operators {
            operators.close();
            if tokio::time::timeout_at(begun + self.drain_for, operators.closed()).await.is_err() {
                tracing::debug!("some operators' connections are cut off");
            }
        }
        self.keys.abort();
        self.audit.close().await;
        tracing::info!(took = ?begun.elapsed(), "stopped");
    }
}

impl std::fmt::Debug for Running {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Running").field("public", &self.public).field("private", &self.private).finish_non_exhaustive()
    }
}

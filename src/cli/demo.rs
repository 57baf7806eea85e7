//! `segue demo`: everything in one process, with a made-up business.

use super::serve::{Signals, until_stopped};
use super::{Error, out};
use crate::config::{Keys, Loaded, Wanted};
use crate::demo::story::{self, StoreChoice, Teller};
use crate::demo::{self, Card};
use crate::engine::Clock;
use crate::{serve, telemetry};
use segue_session::Refusal;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Where sessions are kept; a folder that goes with the demo where it is absent.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Where to listen; 127.0.0.1:7700 where it is absent, or a free port where that is taken.
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
    /// Play the main job through real sockets against a daemon process of its own, and print what each party sees.
    #[arg(long, conflicts_with_all = ["data", "listen"])]
    story: bool,
}

pub(super) async fn run(args: Args) -> Result<(), Error> {
    if args.story {
        return Ok(Box::pin(story::play(StoreChoice::Embedded, Teller::new(std::io::stdout()))).await?);
    }
    let listen = args.listen.map_or_else(usual_or_free, settled);
    let Some(data) = args.data else {
        // A name that nobody can guess, and so prepare; it goes when it is dropped.
        let folder = tempfile::Builder::new().prefix("segue-demo-").tempdir();
        let folder = folder.map_err(|source| Error::Io { doing: "making the demo's folder".into(), source })?;
        return run_in(folder.path(), listen).await;
    };
    run_in(&data, listen).await
}

/// The demo's usual address, unless somebody has it.
fn usual_or_free() -> SocketAddr {
    let usual = SocketAddr::from((Ipv4Addr::LOCALHOST, 7700));
    if std::net::TcpListener::bind(usual).is_ok() { usual } else { settled((Ipv4Addr::LOCALHOST, 0).into()) }
}

/// The address with a port that is free, where it has none yet: links name it before anybody listens.
fn settled(listen: SocketAddr) -> SocketAddr {
    if listen.port() != 0 {
        return listen;
    }
    std::net::TcpListener::bind(listen).and_then(|free| free.local_addr()).unwrap_or(listen)
}

async fn run_in(data: &Path, listen: SocketAddr) -> Result<(), Error> {
    let (data, variables) = (data.to_owned(), Wanted::file(Path::new("")).variables);
    let told = data.display().to_string();
    let read = move || demo::loaded(&data, listen, variables.clone());
    let Loaded { plan, shown, .. } = read()?;
    let _logging = telemetry::init(&plan.telemetry)?;
    let signals = Signals::new()?;
    let tenant = plan.tenants.values().next().cloned();
    let running = serve::start(plan).await?;
    running.reloads().from(Keys::of(&shown), read).await;
    if let Some(tenant) = tenant {
        let card = Card::new(&tenant, running.public, &told, Clock::system().now())?;
        let refused = |r: Refusal| Error::Refused { reason: r.reason.name(), message: r.message, mend: None };
        out::text(&card.with_links(&running).await.map_err(refused)?.to_string());
    }
    until_stopped(running, signals).await
}

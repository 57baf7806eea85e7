//! Log lines to standard error, and traces to a collector where one is configured.

use crate::config::plan::{LogFormat, Telemetry};
use std::io::IsTerminal as _;
#[cfg(feature = "otlp")]
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer, Registry};

/// Why logging could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The filter cannot be read.
    #[error("while reading the log filter")]
    Filter(#[from] tracing_subscriber::filter::ParseError),
    /// Something else logs for this process already.
    #[error("while taking over the log")]
    Taken(#[from] tracing_subscriber::util::TryInitError),
    /// The exporter of traces could not be built.
    #[cfg(feature = "otlp")]
    #[error("while building the exporter of traces")]
    Otlp(#[from] opentelemetry_otlp::ExporterBuildError),
}

/// Held for as long as lines are to be written; sends what is left when dropped.
#[derive(Debug, Default)]
#[must_use = "traces that are left are sent when this is dropped"]
pub struct Guard {
    #[cfg(feature = "otlp")]
    provider: Option<opentelemetry_sdk::trace::SdkTracerProvider>,
}

#[cfg(feature = "otlp")]
impl Drop for Guard {
    fn drop(&mut self) {
        if let Some(provider) = self.provider.take()
            && let Err(error) = provider.shutdown()
        {
            tracing::warn!("the last traces were not sent: {error}");
        }
    }
}

/// Libraries that write what they carry at their most talkative: frames, headers, commands. What customers say is in those, so
/// none of them is let past this level, whatever is asked for.
const CARRIERS: [&str; 9] = ["h2", "hyper", "hyper_util", "redis", "reqwest", "rustls", "tokio_tungstenite", "tonic", "tungstenite"];

/// A filter as wanted, with [`CARRIERS`] held to `info`.
fn filter(wanted: &str) -> Result<EnvFilter, tracing_subscriber::filter::ParseError> {
    // The later of two words on one target counts, and the longer target before the shorter.
    let quiet: String = CARRIERS.iter().map(|carrier| format!(",{carrier}=info")).collect();
    let own = wanted.split(',').filter(|word| !CARRIERS.iter().any(|carrier| word.trim().starts_with(carrier)));
    EnvFilter::try_new(own.collect::<Vec<_>>().join(",") + &quiet)
}

/// Begins to log for this process. `SEGUE_LOG` wins over the plan.
///
/// # Errors
/// See [`Error`].
pub fn init(plan: &Telemetry) -> Result<Guard, Error> {
    let wanted = std::env::var("SEGUE_LOG").ok().filter(|filter| !filter.is_empty());
    let filter = filter(wanted.as_deref().unwrap_or(if plan.log.is_empty() { "info" } else { &plan.log }))?;
    let terminal = std::io::stderr().is_terminal();
    let pretty = match plan.format {
        LogFormat::Auto => terminal,
        LogFormat::Pretty => true,
        LogFormat::Json => false,
    };
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let colours = terminal && std::env::var_os("NO_COLOR").is_none();
    let lines: Box<dyn Layer<Registry> + Send + Sync> = if pretty {
        lines.with_ansi(colours).with_target(false).with_filter(filter).boxed()
    } else {
        lines.json().flatten_event(true).with_filter(filter).boxed()
    };
    let registry = tracing_subscriber::registry().with(lines);
    #[cfg(feature = "otlp")]
    if let Some(endpoint) = &plan.otlp {
        let (layer, guard) = traces(endpoint)?;
        registry.with(layer).try_init()?;
        return Ok(guard);
    }
    registry.try_init()?;
    Ok(Guard::default())
}

/// A layer that sends spans to a collector.
#[cfg(feature = "otlp")]
fn traces<S>(endpoint: &str) -> Result<(impl Layer<S> + use<S>, Guard), Error>
where
    S: tracing::Subscriber + for<'a> tracing_subscriber::registry::LookupSpan<'a> + Send + Sync,
{
    use opentelemetry::trace::TracerProvider as _;
    use opentelemetry_otlp::WithExportConfig as _;
    let exporter = opentelemetry_otlp::SpanExporter::builder().with_tonic().with_endpoint(endpoint).build()?;
    let resource = opentelemetry_sdk::Resource::builder().with_service_name("segue").build();
    let provider = opentelemetry_sdk::trace::SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource).build();
    // Our own spans alone: those of the carriers hold what customers say, and the exporter's would tell of themselves for ever.
    let ours = Targets::new().with_target("segue", tracing::Level::INFO);
    let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("segue")).with_location(false).with_threads(false);
    // Spans get their names when they end; one that is active in OpenTelemetry's own context keeps the name it began with.
    let layer = layer.with_context_activation(false).with_filter(ours);
    Ok((layer, Guard { provider: Some(provider) }))
}

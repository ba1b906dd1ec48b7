//! Logs in the form that Terraform reads: one JSON object a line on stderr (hclog's), secrets redacted.

use crate::redact;
use serde_json::{Map, Value as Json};
use std::num::NonZero;
use std::{fmt, io::Write};
use time::OffsetDateTime;
use time::format_description::well_known::Iso8601;
use time::format_description::well_known::iso8601::{Config, EncodedConfig, TimePrecision};
use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id},
};
use tracing_subscriber::registry::Scope;
use tracing_subscriber::{
    EnvFilter, Layer, layer::Context, layer::SubscriberExt, registry::LookupSpan, util::SubscriberInitExt,
};

/// hclog's: six digits of a second. Terraform takes a line whose time has more or fewer for plain text, which it shows from
/// DEBUG on, whatever the line's own level.
const TIMESTAMP: EncodedConfig =
    Config::DEFAULT.set_time_precision(TimePrecision::Second { decimal_digits: NonZero::new(6) }).encode();

/// Sends `tracing`'s events to Terraform's log, from the level that `TF_LOG_PROVIDER` or `TF_LOG` asks for (errors, if
/// neither is set). A panic is logged with its place. Call it first thing in `main`; later calls change nothing.
pub fn init() {
    let level = ["TF_LOG_PROVIDER", "TF_LOG"].iter().find_map(|name| std::env::var(name).ok());
    let registered =
        tracing_subscriber::registry().with(Hclog.with_filter(filter(level.as_deref()))).try_init();
    if registered.is_ok() {
        std::panic::set_hook(Box::new(|panic| tracing::error!("{panic}")));
    }
}

/// Libraries below us log every frame; they are heard from their warnings on.
fn filter(level: Option<&str>) -> EnvFilter {
    let level = match level.unwrap_or_default().to_ascii_lowercase().as_str() {
        // Terraform's JSON means "everything, as JSON"
        "trace" | "json" => "trace",
        "debug" => "debug",
        "info" => "info",
        "warn" => "warn",
        "off" => "off",
        _ => "error",
    };
    let quiet = if matches!(level, "off" | "error") { level } else { "warn" };
    let libraries =
        ["h2", "hyper", "hyper_util", "rustls", "tonic", "tower"].map(|name| format!(",{name}={quiet}"));
    EnvFilter::new(level.to_owned() + &libraries.concat())
}

struct Hclog;

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Hclog {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        if let Some(span) = context.span(id) {
            let mut fields = Fields(Map::new());
            attributes.record(&mut fields);
            span.extensions_mut().insert(fields);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        // a log that can't be written has nowhere to say so
        let _ = writeln!(std::io::stderr().lock(), "{}", line(event, &context));
    }
}

/// The event's fields, and those of the spans around it: what was being done when it happened.
fn line<S: Subscriber + for<'a> LookupSpan<'a>>(event: &Event<'_>, context: &Context<'_, S>) -> Json {
    let mut fields = Fields(Map::new());
    for span in context.event_scope(event).into_iter().flat_map(Scope::from_root) {
        if let Some(Fields(around)) = span.extensions().get::<Fields>() {
            fields.0.extend(around.clone());
        }
    }
    event.record(&mut fields);
    let mut entry = fields.0;
    let metadata = event.metadata();
    entry.insert("@level".into(), metadata.level().as_str().to_lowercase().into());
    entry.insert("@module".into(), metadata.target().into());
    let now = OffsetDateTime::now_utc().format(&Iso8601::<TIMESTAMP>);
    entry.insert("@timestamp".into(), now.unwrap_or_default().into());
    entry.into()
}

struct Fields(Map<String, Json>);

impl Fields {
    fn insert(&mut self, field: &Field, value: Json) {
        let name = if field.name() == "message" { "@message" } else { field.name() };
        self.0.insert(name.to_owned(), value);
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.record_str(field, &format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.insert(field, redact::field(field.name(), value).into());
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.insert(field, value.into());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.insert(field, value.into());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.insert(field, value.into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};

    struct Collect(Arc<Mutex<Vec<Json>>>);

    impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Collect {
        fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
            Hclog.on_new_span(attributes, id, context);
        }

        fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
            self.0.lock().unwrap().push(line(event, &context));
        }
    }

    #[test]
    fn events_are_hclog_json_with_what_was_being_done_and_without_secrets() {
        let lines = Arc::new(Mutex::new(Vec::new()));
        let subscriber = tracing_subscriber::registry().with(Collect(Arc::clone(&lines)));
        tracing::subscriber::with_default(subscriber, || {
            let _around = tracing::info_span!("child", key = "vpc", api_secret = "hunter3").entered();
            tracing::warn!(calls = 3, master_password = "hunter2", "token=abc refused");
        });
        let line = lines.lock().unwrap()[0].clone();
        assert_eq!(line["@level"], "warn");
        assert_eq!(line["@message"], "token=(redacted) refused");
        assert_eq!((&line["calls"], &line["master_password"]), (&Json::from(3), &Json::from("(redacted)")));
        assert_eq!((&line["key"], &line["api_secret"]), (&Json::from("vpc"), &Json::from("(redacted)")));
        let (seconds, fraction) = line["@timestamp"].as_str().unwrap().split_once('.').unwrap();
        assert_eq!((seconds.len(), fraction.len(), &fraction[6..]), ("2026-01-01T00:00:00".len(), 7, "Z"));
    }

    #[test]
    fn the_level_is_terraforms() {
        assert!(filter(Some("JSON")).to_string().contains("trace"));
        assert!(filter(Some("INFO")).to_string().contains("info"));
        assert!(filter(None).to_string().contains("error"));
        assert!(!filter(Some("TRACE")).to_string().contains("h2=trace"));
    }
}

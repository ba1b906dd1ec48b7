//! A provider with everything that the tests want to see: attributes of every kind, and resources that misbehave.

mod misbehaving;
mod thing;

use std::{process::ExitCode, time::Duration};
use tfplugin::{
    Attr, Attributes, Cx, Diagnostics, EphemeralResource, Function, FunctionError, Opened, Parameter,
    Provider, Renewed, Server, Signature, Type, Value,
};

/// The provider of the tests.
#[derive(Clone, Debug, Default, Attributes)]
struct Config {
    /// Anything; unknown is fine.
    #[attr(optional)]
    region: Attr<String>,
}

struct Testbed;

impl Provider for Testbed {
    type Config = Config;

    async fn configure(&self, _: &Cx, config: Config) -> Diagnostics {
        let mut diagnostics = Diagnostics::new();
        if config.region.is_unknown() {
            diagnostics.warn("region", "Region isn't known yet", "");
        }
        diagnostics
    }
}

/// A lease that has to be renewed.
#[derive(Clone, Debug, Default, Attributes)]
struct Lease {
    /// For whom.
    #[attr(required)]
    holder: Attr<String>,
}

struct Leases;

impl EphemeralResource for Leases {
    type Model = Lease;
    const NAME: &'static str = "lease";

    async fn open(&self, _: &Cx, lease: Lease) -> Result<Opened<Lease>, Diagnostics> {
        let renew_at = std::time::SystemTime::now() + Duration::from_mins(1);
        Ok(Opened { result: lease, private: b"1".to_vec(), renew_at: Some(renew_at) })
    }

    async fn renew(&self, _: &Cx, mut private: Vec<u8>) -> Result<Renewed, Diagnostics> {
        private.push(b'+');
        Ok(Renewed { private, renew_at: None })
    }
}

struct Describe;

impl Function for Describe {
    const NAME: &'static str = "describe";

    fn signature(&self) -> Signature {
        let any = |name: &str| Parameter {
            allow_null: true,
            allow_unknown: true,
            ..Parameter::new(name, Type::Dynamic, "Any value.")
        };
        Signature {
            summary: "Names the kinds of its arguments".into(),
            description: String::new(),
            parameters: vec![any("first")],
            variadic: Some(any("rest")),
            returns: Type::list(Type::String),
        }
    }

    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        assert_ne!(arguments[0].as_str(), Some("panic"), "as asked");
        Ok(Value::List(arguments.iter().map(|argument| argument.kind().into()).collect()))
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    tfplugin::logging::init();
    Server::new("registry.terraform.io/example/testbed", "testbed", Testbed)
        .resource(thing::Things)
        .resource(misbehaving::Misbehaving)
        .resource(misbehaving::Slow)
        .ephemeral(Leases)
        .function(Describe)
        .serve()
        .await
}

//! The provider service: one short method per rpc.

use super::{
    Reply, Service,
    convert::{decode, diagnostics, encode},
    proto::{self, provider_server::Provider},
    reply, resource, schema, split,
};
use crate::{FunctionError, Server, Value};
use std::sync::Arc;
use tonic::Request;

const CAPABILITIES: proto::ServerCapabilities = proto::ServerCapabilities {
    plan_destroy: true,
    get_provider_schema_optional: true,
    move_resource_state: true,
    generate_resource_config: false,
};

#[tonic::async_trait]
impl Provider for Service {
    async fn get_metadata(
        &self,
        _: Request<proto::get_metadata::Request>,
    ) -> Reply<proto::get_metadata::Response> {
        use proto::get_metadata::{
            DataSourceMetadata, EphemeralMetadata, FunctionMetadata, ResourceMetadata, Response,
        };
        let Server { resources, data_sources, ephemerals, functions, .. } = &*self.server;
        let names = |type_name: &String| type_name.clone();
        reply(Response {
            server_capabilities: Some(CAPABILITIES),
            resources: resources.keys().map(names).map(|type_name| ResourceMetadata { type_name }).collect(),
            data_sources: data_sources
                .keys()
                .map(names)
                .map(|type_name| DataSourceMetadata { type_name })
                .collect(),
            ephemeral_resources: ephemerals
                .keys()
                .map(names)
                .map(|type_name| EphemeralMetadata { type_name })
                .collect(),
            functions: functions.keys().map(names).map(|name| FunctionMetadata { name }).collect(),
            ..Default::default()
        })
    }

    async fn get_provider_schema(
        &self,
        _: Request<proto::get_provider_schema::Request>,
    ) -> Reply<proto::get_provider_schema::Response> {
        let result =
            self.run("GetProviderSchema", |server, _| async move { Ok(provider_schema(&server)) }).await;
        let (response, found) = split(result);
        reply(proto::get_provider_schema::Response { diagnostics: diagnostics(found), ..response })
    }

    async fn validate_provider_config(
        &self,
        request: Request<proto::validate_provider_config::Request>,
    ) -> Reply<proto::validate_provider_config::Response> {
        let request = request.into_inner();
        let validate = |server: Arc<Server>, _| async move {
            let config = decode(request.config.as_ref(), &server.provider.shape().ty)?;
            Ok(server.provider.validate(&config))
        };
        let found = self.run("ValidateProviderConfig", validate).await.unwrap_or_else(|errors| errors);
        reply(proto::validate_provider_config::Response { diagnostics: diagnostics(found) })
    }

    async fn configure_provider(
        &self,
        request: Request<proto::configure_provider::Request>,
    ) -> Reply<proto::configure_provider::Response> {
        let request = request.into_inner();
        self.session.begin();
        let configure = |server: Arc<Server>, cx| async move {
            let config = decode(request.config.as_ref(), &server.provider.shape().ty)?;
            Ok(server.provider.configure(&cx, &config).await)
        };
        let found = self.run("ConfigureProvider", configure).await.unwrap_or_else(|errors| errors);
        reply(proto::configure_provider::Response { diagnostics: diagnostics(found) })
    }

    async fn stop_provider(
        &self,
        _: Request<proto::stop_provider::Request>,
    ) -> Reply<proto::stop_provider::Response> {
        // the work, not the server: what is under way returns the state so far
        self.session.stop();
        reply(proto::stop_provider::Response { error: String::new() })
    }

    async fn validate_resource_config(
        &self,
        request: Request<proto::validate_resource_config::Request>,
    ) -> Reply<proto::validate_resource_config::Response> {
        let request = request.into_inner();
        let validate = |server: Arc<Server>, _| async move { resource::validate(&server, &request) };
        let found = self.run("ValidateResourceConfig", validate).await.unwrap_or_else(|errors| errors);
        reply(proto::validate_resource_config::Response { diagnostics: diagnostics(found) })
    }

    async fn upgrade_resource_state(
        &self,
        request: Request<proto::upgrade_resource_state::Request>,
    ) -> Reply<proto::upgrade_resource_state::Response> {
        let request = request.into_inner();
        let upgrade = |server: Arc<Server>, _| async move { resource::upgrade(&server, &request) };
        let (response, found) = split(self.run("UpgradeResourceState", upgrade).await);
        reply(proto::upgrade_resource_state::Response { diagnostics: diagnostics(found), ..response })
    }

    async fn read_resource(
        &self,
        request: Request<proto::read_resource::Request>,
    ) -> Reply<proto::read_resource::Response> {
        let request = request.into_inner();
        let read = |server: Arc<Server>, cx| async move { resource::read(&server, &cx, request).await };
        reply(self.run("ReadResource", read).await.unwrap_or_else(|errors| proto::read_resource::Response {
            diagnostics: diagnostics(errors),
            ..Default::default()
        }))
    }

    async fn plan_resource_change(
        &self,
        request: Request<proto::plan_resource_change::Request>,
    ) -> Reply<proto::plan_resource_change::Response> {
        let request = request.into_inner();
        let plan = |server: Arc<Server>, cx| async move { resource::plan(&server, &cx, request).await };
        reply(self.run("PlanResourceChange", plan).await.unwrap_or_else(|errors| {
            proto::plan_resource_change::Response { diagnostics: diagnostics(errors), ..Default::default() }
        }))
    }

    async fn apply_resource_change(
        &self,
        request: Request<proto::apply_resource_change::Request>,
    ) -> Reply<proto::apply_resource_change::Response> {
        let request = request.into_inner();
        // what doesn't decode goes back as it came
        let (prior, private) = (request.prior_state.clone(), request.planned_private.clone());
        let (resource, before) = match resource::apply_request(&self.server, request) {
            Ok(decoded) => decoded,
            Err(errors) => {
                return reply(proto::apply_resource_change::Response {
                    new_state: prior,
                    private,
                    diagnostics: diagnostics(errors),
                    ..Default::default()
                });
            }
        };
        let (working, request) = (Arc::clone(&resource), before.clone());
        let apply = |_, cx| async move { Ok(working.apply(&cx, &request).await) };
        let outcome = self.run("ApplyResourceChange", apply).await;
        reply(resource::applied(&*resource, outcome, &before))
    }

    async fn import_resource_state(
        &self,
        request: Request<proto::import_resource_state::Request>,
    ) -> Reply<proto::import_resource_state::Response> {
        let request = request.into_inner();
        let import = |server: Arc<Server>, cx| async move { resource::import(&server, &cx, request).await };
        let (response, found) = split(self.run("ImportResourceState", import).await);
        reply(proto::import_resource_state::Response { diagnostics: diagnostics(found), ..response })
    }

    async fn move_resource_state(
        &self,
        request: Request<proto::move_resource_state::Request>,
    ) -> Reply<proto::move_resource_state::Response> {
        let request = request.into_inner();
        let move_state = |server: Arc<Server>, _| async move { resource::move_state(&server, request) };
        let (response, found) = split(self.run("MoveResourceState", move_state).await);
        reply(proto::move_resource_state::Response { diagnostics: diagnostics(found), ..response })
    }

    async fn get_resource_identity_schemas(
        &self,
        _: Request<proto::get_resource_identity_schemas::Request>,
    ) -> Reply<proto::get_resource_identity_schemas::Response> {
        // resources are identified by their import ids alone
        reply(proto::get_resource_identity_schemas::Response::default())
    }

    async fn validate_data_resource_config(
        &self,
        request: Request<proto::validate_data_resource_config::Request>,
    ) -> Reply<proto::validate_data_resource_config::Response> {
        let proto::validate_data_resource_config::Request { type_name, config } = request.into_inner();
        let validate = |server: Arc<Server>, _| async move {
            let source = server.find_data_source(&type_name)?;
            Ok(source.validate(&decode(config.as_ref(), &source.shape().ty)?))
        };
        let found = self.run("ValidateDataResourceConfig", validate).await.unwrap_or_else(|errors| errors);
        reply(proto::validate_data_resource_config::Response { diagnostics: diagnostics(found) })
    }

    async fn read_data_source(
        &self,
        request: Request<proto::read_data_source::Request>,
    ) -> Reply<proto::read_data_source::Response> {
        let proto::read_data_source::Request { type_name, config, .. } = request.into_inner();
        let read = |server: Arc<Server>, cx| async move {
            let source = server.find_data_source(&type_name)?;
            let ty = &source.shape().ty;
            let config = decode(config.as_ref(), ty)?;
            Ok(Some(encode(&source.read(&cx, &config).await?, ty)?))
        };
        let (state, found) = split(self.run("ReadDataSource", read).await);
        reply(proto::read_data_source::Response { state, diagnostics: diagnostics(found), deferred: None })
    }

    async fn validate_ephemeral_resource_config(
        &self,
        request: Request<proto::validate_ephemeral_resource_config::Request>,
    ) -> Reply<proto::validate_ephemeral_resource_config::Response> {
        let proto::validate_ephemeral_resource_config::Request { type_name, config } = request.into_inner();
        let validate = |server: Arc<Server>, _| async move {
            let resource = server.find_ephemeral(&type_name)?;
            Ok(resource.validate(&decode(config.as_ref(), &resource.shape().ty)?))
        };
        let found =
            self.run("ValidateEphemeralResourceConfig", validate).await.unwrap_or_else(|errors| errors);
        reply(proto::validate_ephemeral_resource_config::Response { diagnostics: diagnostics(found) })
    }

    async fn open_ephemeral_resource(
        &self,
        request: Request<proto::open_ephemeral_resource::Request>,
    ) -> Reply<proto::open_ephemeral_resource::Response> {
        let proto::open_ephemeral_resource::Request { type_name, config, .. } = request.into_inner();
        let open = |server: Arc<Server>, cx| async move {
            let resource = server.find_ephemeral(&type_name)?;
            let ty = &resource.shape().ty;
            let opened = resource.open(&cx, &decode(config.as_ref(), ty)?).await?;
            Ok(proto::open_ephemeral_resource::Response {
                result: Some(encode(&opened.result, ty)?),
                private: Some(opened.private),
                renew_at: opened.renew_at.map(Into::into),
                ..Default::default()
            })
        };
        let (response, found) = split(self.run("OpenEphemeralResource", open).await);
        reply(proto::open_ephemeral_resource::Response { diagnostics: diagnostics(found), ..response })
    }

    async fn renew_ephemeral_resource(
        &self,
        request: Request<proto::renew_ephemeral_resource::Request>,
    ) -> Reply<proto::renew_ephemeral_resource::Response> {
        let proto::renew_ephemeral_resource::Request { type_name, private } = request.into_inner();
        let renew = |server: Arc<Server>, cx| async move {
            let renewed = server.find_ephemeral(&type_name)?.renew(&cx, private.unwrap_or_default()).await?;
            Ok(proto::renew_ephemeral_resource::Response {
                private: Some(renewed.private),
                renew_at: renewed.renew_at.map(Into::into),
                diagnostics: Vec::new(),
            })
        };
        let (response, found) = split(self.run("RenewEphemeralResource", renew).await);
        reply(proto::renew_ephemeral_resource::Response { diagnostics: diagnostics(found), ..response })
    }

    async fn close_ephemeral_resource(
        &self,
        request: Request<proto::close_ephemeral_resource::Request>,
    ) -> Reply<proto::close_ephemeral_resource::Response> {
        let proto::close_ephemeral_resource::Request { type_name, private } = request.into_inner();
        let close = |server: Arc<Server>, cx| async move {
            server.find_ephemeral(&type_name)?.close(&cx, private.unwrap_or_default()).await
        };
        let ((), found) = split(self.run("CloseEphemeralResource", close).await);
        reply(proto::close_ephemeral_resource::Response { diagnostics: diagnostics(found) })
    }

    async fn get_functions(
        &self,
        _: Request<proto::get_functions::Request>,
    ) -> Reply<proto::get_functions::Response> {
        let result = self.run("GetFunctions", |server, _| async move { Ok(functions(&server)) }).await;
        let (functions, found) = split(result);
        reply(proto::get_functions::Response { functions, diagnostics: diagnostics(found) })
    }

    async fn call_function(
        &self,
        request: Request<proto::call_function::Request>,
    ) -> Reply<proto::call_function::Response> {
        let request = request.into_inner();
        let call = |server: Arc<Server>, _| async move { Ok(call_function(&server, &request)) };
        let result = self.run("CallFunction", call).await;
        let outcome = result.unwrap_or_else(|errors| Err(FunctionError::new(errors.to_string())));
        reply(match outcome {
            Ok(result) => proto::call_function::Response { result: Some(result), error: None },
            Err(error) => proto::call_function::Response { result: None, error: Some(error.into()) },
        })
    }
}

type Functions = std::collections::HashMap<String, proto::Function>;

fn functions(server: &Server) -> Functions {
    server
        .functions
        .iter()
        .map(|(name, function)| (name.clone(), schema::function(&function.signature())))
        .collect()
}

fn provider_schema(server: &Server) -> proto::get_provider_schema::Response {
    let of = |(name, schema): (&String, _)| (name.clone(), schema);
    let resources = server
        .resources
        .iter()
        .map(|(name, resource)| of((name, schema::schema(&resource.shape().schema, resource.version()))));
    let data_sources =
        server.data_sources.iter().map(|(name, it)| of((name, schema::schema(&it.shape().schema, 0))));
    let ephemerals =
        server.ephemerals.iter().map(|(name, it)| of((name, schema::schema(&it.shape().schema, 0))));
    proto::get_provider_schema::Response {
        provider: Some(schema::schema(&server.provider.shape().schema, 0)),
        resource_schemas: resources.collect(),
        data_source_schemas: data_sources.collect(),
        ephemeral_resource_schemas: ephemerals.collect(),
        functions: functions(server),
        server_capabilities: Some(CAPABILITIES),
        ..Default::default()
    }
}

fn call_function(
    server: &Server,
    request: &proto::call_function::Request,
) -> Result<proto::DynamicValue, FunctionError> {
    let function = server
        .functions
        .get(&request.name)
        .ok_or_else(|| FunctionError::new(format!("The provider has no function {:?}.", request.name)))?;
    let signature = function.signature();
    let arguments = request.arguments.iter().zip(0..).map(|(value, position)| {
        let parameter = usize::try_from(position).ok().and_then(|i| signature.parameters.get(i));
        let parameter = parameter
            .or(signature.variadic.as_ref())
            .ok_or_else(|| FunctionError::argument(position, "too many arguments"))?;
        decode(Some(value), &parameter.ty)
            .map_err(|error| FunctionError::argument(position, error.to_string()))
    });
    let arguments = arguments.collect::<Result<Vec<Value>, _>>()?;
    if arguments.len() < signature.parameters.len() {
        return Err(FunctionError::new("too few arguments"));
    }
    let result = function.call(arguments)?;
    encode(&result, &signature.returns).map_err(|error| FunctionError::new(error.to_string()))
}

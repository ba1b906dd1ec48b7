//! An API's spec on the way to API Gateway's types and back. Pure.

use super::RestApi;
use crate::tags::Tags;
use crate::unwanted::{Unwanted, many, named, other};
use aws_sdk_apigateway::Client;
use aws_sdk_apigateway::operation::put_method::builders::PutMethodFluentBuilder;
use aws_sdk_apigateway::types::{
    self, ApiKeySourceType, ConnectionType, ContentHandlingStrategy, EndpointConfiguration, EndpointType,
    Integration, IntegrationType, Method, Op, PatchOperation, Resource, ResponseTransferMode,
};
use std::collections::HashMap;

/// The name of our method's operation: tells it from others that somebody has added.
const OPERATION: &str = "paas";
/// Whoever reaches it may call it: the function itself asks for the token.
const NOBODY_IS_ASKED: &str = "NONE";
/// How Lambda's own API is called.
const TO_LAMBDA: &str = "POST";
/// API Gateway's default and longest, in milliseconds.
const TIMEOUT: i32 = 29_000;
const PASSTHROUGH: &str = "WHEN_NO_MATCH";
/// All that is the same in every API: part of what a picture shows, so a change of it needs a new one.
pub(super) const ALWAYS: &str = "REGIONAL NONE AWS_PROXY POST";

/// The region's own endpoint.
pub(super) fn endpoint() -> EndpointConfiguration {
    EndpointConfiguration::builder().types(EndpointType::Regional).build()
}

/// The request that makes our method.
pub(super) fn creation(client: &Client, api: &RestApi, id: &str, resource: &str) -> PutMethodFluentBuilder {
    client
        .put_method()
        .rest_api_id(id)
        .resource_id(resource)
        .http_method(&api.http_method)
        .authorization_type(NOBODY_IS_ASKED)
        .api_key_required(false)
        .operation_name(OPERATION)
}

/// The spec that API Gateway's API has, with these tags of the user's. Of several methods, ours is the one that is named
/// so; where there is none, the path stands for itself, and everything else is unwanted.
pub(super) fn seen(api: &types::RestApi, resources: &[Resource], tags: Tags) -> RestApi {
    let ours = ours(resources);
    let method = ours.and_then(|(_, method)| method);
    let path_part = ours.and_then(|(resource, _)| resource.path_part()).unwrap_or_default();
    let http_method = method.and_then(Method::http_method).unwrap_or_default();
    let integration = method.and_then(Method::method_integration);
    let mut unwanted = unwanted_of_api(api);
    unwanted.extend(
        resources
            .iter()
            .filter(|resource| resource.parent_id().is_some() && resource.path() != Some(&at(path_part)))
            .map(|resource| (resource.path().unwrap_or_default().to_owned(), methods(resource).join(" "))),
    );
    unwanted.extend(resources.iter().filter(|resource| stays(resource, path_part)).flat_map(|resource| {
        let path = resource.path().unwrap_or_default();
        let is_ours = |name: &str| resource.path() == Some(&at(path_part)) && name == http_method;
        let others =
            resource.resource_methods().into_iter().flatten().filter(move |(name, _)| !is_ours(name));
        others.map(move |(name, method)| {
            (format!("{path} {name}"), method.authorization_type().unwrap_or_default().to_owned())
        })
    }));
    unwanted.extend(method.map(unwanted_of_method).unwrap_or_default());
    unwanted.extend(integration.map(unwanted_of_integration).unwrap_or_default());
    RestApi {
        name: api.name().unwrap_or_default().to_owned(),
        description: api.description().unwrap_or_default().to_owned(),
        path_part: path_part.to_owned(),
        http_method: http_method.to_owned(),
        function_invoke_arn: integration.and_then(Integration::uri).unwrap_or_default().to_owned(),
        tags,
        unwanted,
    }
}

/// Our path, and our method if there is one.
fn ours(resources: &[Resource]) -> Option<(&Resource, Option<&Method>)> {
    let below: Vec<&Resource> = resources.iter().filter(|resource| resource.parent_id().is_some()).collect();
    let named = below.iter().find_map(|resource| {
        let methods = resource.resource_methods().into_iter().flatten();
        let ours = methods.map(|(_, method)| method).find(|m| m.operation_name() == Some(OPERATION));
        ours.map(|method| (*resource, Some(method)))
    });
    let empty =
        || below.iter().find(|resource| methods(resource).is_empty()).map(|resource| (*resource, None));
    named.or_else(empty)
}

fn methods(resource: &Resource) -> Vec<&str> {
    let mut names: Vec<&str> =
        resource.resource_methods().into_iter().flatten().map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    names
}

fn at(path_part: &str) -> String {
    format!("/{path_part}")
}

/// The root can't be deleted, and our path isn't.
fn stays(resource: &Resource, path_part: &str) -> bool {
    resource.parent_id().is_none() || resource.path() == Some(&at(path_part))
}

/// The resource of a path of one part.
pub(super) fn resource_at<'a>(resources: &'a [Resource], path_part: &str) -> Option<&'a Resource> {
    resources.iter().find(|resource| resource.path() == Some(&at(path_part)))
}

/// A method of a resource by name.
pub(super) fn method_of<'a>(resource: &'a Resource, name: &str) -> Option<&'a Method> {
    resource.resource_methods()?.get(name)
}

/// The ids of the other paths, in an order in which each can be deleted: with a path, all below it goes.
pub(super) fn other_resources<'a>(resources: &'a [Resource], path_part: &str) -> Vec<&'a str> {
    let others = resources.iter().filter(|resource| !stays(resource, path_part));
    others.filter_map(Resource::id).collect()
}

/// The other methods of what stays, by the resource's id.
pub(super) fn other_methods<'a>(
    resources: &'a [Resource],
    path_part: &str,
    http_method: &str,
) -> Vec<(&'a str, &'a str)> {
    let staying = resources.iter().filter(|resource| stays(resource, path_part));
    staying
        .flat_map(|resource| methods(resource).into_iter().map(move |name| (resource, name)))
        .filter(|(resource, name)| resource.parent_id().is_none() || *name != http_method)
        .filter_map(|(resource, name)| Some((resource.id()?, name)))
        .collect()
}

/// What brings the API's own settings in line.
pub(super) fn patches(wanted: &RestApi, api: &types::RestApi) -> Vec<PatchOperation> {
    let mut patches = vec![];
    if api.name() != Some(&wanted.name) {
        patches.push(replace("/name", &wanted.name));
    }
    if api.description().unwrap_or_default() != wanted.description {
        patches.push(replace("/description", &wanted.description));
    }
    for kind in other_endpoints(api) {
        let path = format!("/endpointConfiguration/types/{kind}");
        patches.push(replace(&path, EndpointType::Regional.as_str()));
    }
    let of_api = unwanted_of_api(api);
    let undone = [
        ("apiKeySource", replace("/apiKeySource", ApiKeySourceType::Header.as_str())),
        ("policy", replace("/policy", "")),
        ("minimumCompressionSize", replace("/minimumCompressionSize", "")),
        ("disableExecuteApiEndpoint", replace("/disableExecuteApiEndpoint", "false")),
    ];
    patches.extend(undone.into_iter().filter(|(name, _)| of_api.contains_key(*name)).map(|(_, undo)| undo));
    for kind in api.binary_media_types() {
        let escaped = kind.replace('~', "~0").replace('/', "~1");
        let path = format!("/binaryMediaTypes/{escaped}");
        patches.push(PatchOperation::builder().op(Op::Remove).path(path).build());
    }
    patches
}

fn replace(path: &str, value: &str) -> PatchOperation {
    PatchOperation::builder().op(Op::Replace).path(path).value(value).build()
}

/// Kinds of endpoint that it has instead of the region's.
fn other_endpoints(api: &types::RestApi) -> Vec<&str> {
    let kinds = api.endpoint_configuration().map(EndpointConfiguration::types).unwrap_or_default();
    kinds.iter().filter(|kind| **kind != EndpointType::Regional).map(EndpointType::as_str).collect()
}

fn unwanted_of_api(api: &types::RestApi) -> Unwanted {
    let source = api.api_key_source().map(ApiKeySourceType::as_str);
    named([
        ("endpointConfiguration.types", some(&other_endpoints(api))),
        ("apiKeySource", other(source, ApiKeySourceType::Header.as_str())),
        ("policy", api.policy().filter(|policy| !policy.is_empty()).map(str::to_owned)),
        ("binaryMediaTypes", some(api.binary_media_types())),
        ("minimumCompressionSize", api.minimum_compression_size.map(|size| size.to_string())),
        ("disableExecuteApiEndpoint", api.disable_execute_api_endpoint.then(|| "true".to_owned())),
    ])
}

/// Of our method; another name of its operation makes it another's.
pub(super) fn unwanted_of_method(method: &Method) -> Unwanted {
    named([
        ("operationName", other(Some(method.operation_name().unwrap_or_default()), OPERATION)),
        ("authorizationType", other(method.authorization_type(), NOBODY_IS_ASKED)),
        ("apiKeyRequired", method.api_key_required.filter(|is| *is).map(|_| "true".to_owned())),
        ("authorizationScopes", some(method.authorization_scopes())),
        ("requestValidatorId", method.request_validator_id().map(str::to_owned)),
        ("requestParameters", many(method.request_parameters().map_or(0, HashMap::len))),
        ("requestModels", many(method.request_models().map_or(0, HashMap::len))),
    ])
}

/// Of how our method is answered.
pub(super) fn unwanted_of_integration(integration: &Integration) -> Unwanted {
    let kind = integration.r#type().map(IntegrationType::as_str);
    let timeout = integration.timeout_in_millis;
    let connection = integration.connection_type().map(ConnectionType::as_str);
    let handling = integration.content_handling().map(ContentHandlingStrategy::as_str);
    let transfer = integration.response_transfer_mode().map(ResponseTransferMode::as_str);
    named([
        ("integration.type", other(kind, IntegrationType::AwsProxy.as_str())),
        ("integration.httpMethod", other(integration.http_method(), TO_LAMBDA)),
        ("integration.connectionType", other(connection, ConnectionType::Internet.as_str())),
        ("integration.contentHandling", handling.map(str::to_owned)),
        ("integration.credentials", integration.credentials().map(str::to_owned)),
        ("integration.passthroughBehavior", other(integration.passthrough_behavior(), PASSTHROUGH)),
        ("integration.requestParameters", many(integration.request_parameters().map_or(0, HashMap::len))),
        ("integration.requestTemplates", many(integration.request_templates().map_or(0, HashMap::len))),
        ("integration.responseTransferMode", other(transfer, ResponseTransferMode::Buffered.as_str())),
        ("integration.timeoutInMillis", (timeout != TIMEOUT).then(|| timeout.to_string())),
    ])
}

fn some<S: AsRef<str>>(all: &[S]) -> Option<String> {
    let all: Vec<&str> = all.iter().map(AsRef::as_ref).collect();
    (!all.is_empty()).then(|| all.join(" "))
}

#[cfg(test)]
#[path = "described_tests.rs"]
mod tests;

//! What an API is, on the way to API Gateway and back.

use super::*;
use aws_sdk_apigateway::types::builders::{IntegrationBuilder, MethodBuilder};

const FUNCTION: &str = "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/arn:aws:lambda:eu-west-1:111122223333:function:f/invocations";

fn sample() -> RestApi {
    RestApi {
        name: "paas_gitlab-webhook_gitlab".into(),
        description: "Takes GitLab's webhooks.".into(),
        path_part: "push".into(),
        http_method: "POST".into(),
        function_invoke_arn: FUNCTION.into(),
        tags: Tags::new(),
        unwanted: Unwanted::new(),
    }
}

fn api() -> types::RestApi {
    let api = types::RestApi::builder().id("a1").name("paas_gitlab-webhook_gitlab");
    let api = api.description("Takes GitLab's webhooks.").endpoint_configuration(endpoint());
    api.api_key_source(ApiKeySourceType::Header).root_resource_id("root").build()
}

/// An integration as API Gateway shows it once it was put.
fn integration() -> IntegrationBuilder {
    Integration::builder()
        .r#type(IntegrationType::AwsProxy)
        .http_method("POST")
        .uri(FUNCTION)
        .passthrough_behavior(PASSTHROUGH)
        .timeout_in_millis(TIMEOUT)
        .cache_namespace("push")
}

fn method(name: &str) -> MethodBuilder {
    let method =
        Method::builder().http_method(name).authorization_type(NOBODY_IS_ASKED).api_key_required(false);
    method.method_integration(integration().build())
}

fn ours_of(method: MethodBuilder) -> Method {
    method.operation_name(OPERATION).build()
}

fn resource(path: &str, methods: Vec<Method>) -> Resource {
    let (parent, part) = path.rsplit_once('/').expect("a path begins with a slash");
    let named = methods.into_iter().map(|method| (method.http_method.clone().unwrap_or_default(), method));
    let named: HashMap<_, _> = named.collect();
    let below = (!part.is_empty()).then(|| format!("id of {parent}/"));
    Resource::builder()
        .id(format!("id of {path}"))
        .path(path)
        .set_parent_id(below)
        .set_path_part((!part.is_empty()).then(|| part.to_owned()))
        .set_resource_methods((!named.is_empty()).then_some(named))
        .build()
}

fn whole() -> Vec<Resource> {
    vec![resource("/", vec![]), resource("/push", vec![ours_of(method("POST"))])]
}

fn unwanted(all: &[(&str, &str)]) -> Unwanted {
    all.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[test]
fn what_was_declared_is_seen() {
    assert_eq!(seen(&api(), &whole(), Tags::new()), sample());
    assert_eq!(patches(&sample(), &api()), []);
    let wanted = serde_json::to_value(sample()).unwrap();
    assert!(wanted.get("unwanted").is_none(), "nobody reads of what isn't there: {wanted}");
}

#[test]
fn what_api_gateway_fills_in_is_no_change() {
    let filled = integration()
        .connection_type(ConnectionType::Internet)
        .response_transfer_mode(ResponseTransferMode::Buffered)
        .set_cache_key_parameters(Some(vec![]));
    let method = ours_of(method("POST").method_integration(filled.build()));
    let resources = [resource("/", vec![]), resource("/push", vec![method])];
    let mut api = api();
    api.policy = Some(String::new());
    api.version = Some("1".into());
    assert_eq!(seen(&api, &resources, Tags::new()), sample());
    assert_eq!(patches(&sample(), &api), []);
}

/// Each as somebody could set it in the console, with what takes it away again.
#[test]
fn settings_that_nobody_wants_are_seen_and_taken_away() {
    type Change = fn(&mut types::RestApi);
    let changes: [(&str, &str, (&str, &str), Change); 6] = [
        ("endpointConfiguration.types", "EDGE", ("/endpointConfiguration/types/EDGE", "REGIONAL"), |api| {
            api.endpoint_configuration =
                Some(EndpointConfiguration::builder().types(EndpointType::Edge).build());
        }),
        ("apiKeySource", "AUTHORIZER", ("/apiKeySource", "HEADER"), |api| {
            api.api_key_source = Some(ApiKeySourceType::Authorizer);
        }),
        ("policy", "{}", ("/policy", ""), |api| api.policy = Some("{}".into())),
        ("minimumCompressionSize", "0", ("/minimumCompressionSize", ""), |api| {
            api.minimum_compression_size = Some(0);
        }),
        ("disableExecuteApiEndpoint", "true", ("/disableExecuteApiEndpoint", "false"), |api| {
            api.disable_execute_api_endpoint = true;
        }),
        ("binaryMediaTypes", "image/*", ("/binaryMediaTypes/image~1*", ""), |api| {
            api.binary_media_types = Some(vec!["image/*".into()]);
        }),
    ];
    for (name, value, (path, undone), change) in changes {
        let mut api = api();
        change(&mut api);
        let saw = seen(&api, &whole(), Tags::new());
        assert_eq!(saw, RestApi { unwanted: unwanted(&[(name, value)]), ..sample() });
        let patches = patches(&sample(), &api);
        let told: Vec<_> =
            patches.iter().map(|one| (one.path().unwrap_or(""), one.value().unwrap_or(""))).collect();
        assert_eq!(told, [(path, undone)], "{name}");
    }
}

#[test]
fn the_name_and_the_description_change_in_place() {
    let wanted = RestApi { name: "other".into(), description: String::new(), ..sample() };
    let patches = patches(&wanted, &api());
    let paths: Vec<_> = patches.iter().filter_map(PatchOperation::path).collect();
    assert_eq!(paths, ["/name", "/description"]);
}

/// Each as somebody could set it in the console.
#[test]
fn a_method_that_was_changed_shows_how() {
    let put = |integration: IntegrationBuilder| method("POST").method_integration(integration.build());
    for (name, value, changed) in [
        ("authorizationType", "AWS_IAM", method("POST").authorization_type("AWS_IAM")),
        ("apiKeyRequired", "true", method("POST").api_key_required(true)),
        ("requestValidatorId", "v1", method("POST").request_validator_id("v1")),
        ("requestParameters", "1", method("POST").request_parameters("method.request.header.X", true)),
        ("requestModels", "1", method("POST").request_models("application/json", "M")),
        ("authorizationScopes", "s", method("POST").authorization_scopes("s")),
        ("integration.type", "MOCK", put(integration().r#type(IntegrationType::Mock))),
        ("integration.httpMethod", "GET", put(integration().http_method("GET"))),
        ("integration.credentials", "arn:r", put(integration().credentials("arn:r"))),
        ("integration.timeoutInMillis", "50", put(integration().timeout_in_millis(50))),
        ("integration.passthroughBehavior", "NEVER", put(integration().passthrough_behavior("NEVER"))),
        ("integration.requestTemplates", "1", put(integration().request_templates("text/plain", "x"))),
        ("integration.requestParameters", "1", put(integration().request_parameters("a", "b"))),
        (
            "integration.contentHandling",
            "CONVERT_TO_TEXT",
            put(integration().content_handling(ContentHandlingStrategy::ConvertToText)),
        ),
        (
            "integration.connectionType",
            "VPC_LINK",
            put(integration().connection_type(ConnectionType::VpcLink)),
        ),
    ] {
        let resources = [resource("/", vec![]), resource("/push", vec![ours_of(changed)])];
        let saw = seen(&api(), &resources, Tags::new());
        assert_eq!(saw, RestApi { unwanted: unwanted(&[(name, value)]), ..sample() });
    }
    let elsewhere = ours_of(put(integration().uri("arn:other")));
    let saw = seen(&api(), &[resource("/push", vec![elsewhere])], Tags::new());
    assert_eq!(saw.function_invoke_arn, "arn:other");
}

#[test]
fn what_somebody_has_added_is_told_by_path_and_method() {
    let resources = [
        resource("/", vec![method("GET").build()]),
        resource("/admin", vec![method("GET").build(), method("DELETE").build()]),
        resource("/push", vec![ours_of(method("POST")), method("ANY").authorization_type("AWS_IAM").build()]),
        resource("/push/deeper", vec![]),
    ];
    let all = [("/ GET", "NONE"), ("/admin", "DELETE GET"), ("/push ANY", "AWS_IAM"), ("/push/deeper", "")];
    assert_eq!(seen(&api(), &resources, Tags::new()), RestApi { unwanted: unwanted(&all), ..sample() });
    assert_eq!(other_resources(&resources, "push"), ["id of /admin", "id of /push/deeper"]);
    assert_eq!(other_methods(&resources, "push", "POST"), [("id of /", "GET"), ("id of /push", "ANY")]);
}

/// By its operation's name, whatever else looks like it.
#[test]
fn ours_is_told_from_anothers() {
    let anothers = [resource("/", vec![]), resource("/push", vec![method("POST").build()])];
    let saw = seen(&api(), &anothers, Tags::new());
    let none = RestApi {
        path_part: String::new(),
        http_method: String::new(),
        function_invoke_arn: String::new(),
        unwanted: unwanted(&[("/push", "POST")]),
        ..sample()
    };
    assert_eq!(saw, none);
    let standing = method_of(&anothers[1], "POST").expect("it is there");
    assert_eq!(unwanted_of_method(standing), unwanted(&[("operationName", "")]));
}

/// What a run leaves that was killed in the middle, or somebody who deletes.
#[test]
fn an_api_that_isnt_whole_shows_what_is_there() {
    let (root, bare) = (resource("/", vec![]), resource("/push", vec![]));
    let saw = |resources: &[Resource]| seen(&api(), resources, Tags::new());
    let unanswered = ours_of(method("POST").set_method_integration(None));
    let empty = RestApi { http_method: String::new(), function_invoke_arn: String::new(), ..sample() };
    assert_eq!(saw(std::slice::from_ref(&root)), RestApi { path_part: String::new(), ..empty.clone() });
    assert_eq!(saw(&[root.clone(), bare]), empty);
    let without = RestApi { function_invoke_arn: String::new(), ..sample() };
    assert_eq!(saw(&[root, resource("/push", vec![unanswered])]), without);
}

//! The provider's answers, call by call. The client checks of each what Terraform's core would.

mod support;

use serde_json::json;
use support::example;
use tfplugin::{
    Path,
    client::{Action, Client, Error, Launch, State, UNKNOWN, raw},
};

async fn testbed() -> Client {
    Client::launch(Launch::new(example("testbed"))).await.unwrap()
}

/// An object made from this configuration.
async fn made(client: &Client, type_name: &str, config: &serde_json::Value) -> State {
    let outcome = client.converge(type_name, config, None).await.unwrap();
    assert!(outcome.diagnostics.is_empty(), "{}", outcome.diagnostics);
    outcome.state.unwrap()
}

#[tokio::test]
async fn every_kind_of_attribute_makes_the_round_trip() {
    let client = testbed().await;
    let config = json!({
        "name": "all",
        "list": ["x"],
        "set": [3, 1, 2, 3],
        "map": { "a": "b" },
        "any": { "deep": [1, "two", null, true] },
        "ratio": 0.5,
        "part": { "label": "one" },
        "parts": [{ "label": "two", "count_of": 2 }, { "label": "three" }],
        "named_parts": { "four": { "label": "4" } },
    });
    let state = made(&client, "testbed_thing", &config).await;
    let value = &state.value;
    assert_eq!(value.get("set").to_json(), json!([1, 2, 3]));
    assert_eq!(value.get("any").to_json()["value"], config["any"]);
    assert_eq!(value.get("ratio").to_json(), json!(0.5));
    assert_eq!(value.get("color").as_str(), Some("blue"));
    assert_eq!(
        value.get("parts").to_json(),
        json!([
            { "label": "two", "count_of": 2, "secret": null, "serial": "serial of two" },
            { "label": "three", "count_of": 1, "secret": null, "serial": "serial of three" },
        ])
    );
    assert_eq!(value.get("named_parts").get("four").get("serial").as_str(), Some("serial of 4"));

    let again = client.plan("testbed_thing", &config, Some(&state)).await.unwrap();
    assert_eq!(again.action, Action::NoOp);
}

#[tokio::test]
async fn a_change_makes_computed_values_unknown_except_those_that_keep() {
    let client = testbed().await;
    let state = made(&client, "testbed_thing", &json!({ "name": "x" })).await;
    let plan =
        client.plan("testbed_thing", &json!({ "name": "x", "color": "red" }), Some(&state)).await.unwrap();
    assert_eq!(plan.action, Action::Update);
    assert!(plan.planned.get("revision").is_unknown());
    assert_eq!(plan.planned.get("id").as_str(), Some("thing-x"));
    assert_eq!(plan.planned.get("slot").as_i64(), Some(7), "unset, so it stays what it became");
}

#[tokio::test]
async fn a_replacement_resets_all_that_is_computed() {
    let client = testbed().await;
    let state = made(&client, "testbed_thing", &json!({ "name": "x" })).await;
    let outcome = client.converge("testbed_thing", &json!({ "name": "y" }), Some(&state)).await.unwrap();
    assert_eq!(outcome.action, Action::Replace);
    assert_eq!(outcome.requires_replace, [Path::from("name")]);
    assert!(["id", "slot", "revision"].iter().all(|name| outcome.planned.get(name).is_unknown()));
    assert_eq!(outcome.state.unwrap().value.get("revision").as_i64(), Some(1));
}

#[tokio::test]
async fn write_only_values_reach_apply_and_nothing_else() {
    let client = testbed().await;
    let config = json!({ "name": "x", "password": "hunter2", "part": { "label": "p", "secret": "s3" } });
    // the client refuses a plan or state that has them
    let state = made(&client, "testbed_thing", &config).await;
    assert_eq!(state.value.get("password_length").as_i64(), Some(7));
    assert_eq!(client.plan("testbed_thing", &config, Some(&state)).await.unwrap().action, Action::NoOp);
}

#[tokio::test]
async fn a_client_that_knows_no_write_only_attributes_gets_an_error_at_each() {
    let client = testbed().await;
    let config = r#"{"name":"x","password":"p","parts":[{"label":"l","secret":"s"}]}"#;
    let response = client
        .raw()
        .validate_resource_config(raw::validate_resource_config::Request {
            type_name: "testbed_thing".into(),
            config: Some(raw::DynamicValue { json: config.into(), msgpack: Vec::new() }),
            client_capabilities: None,
        })
        .await
        .unwrap()
        .into_inner();
    let steps: Vec<_> =
        response.diagnostics.iter().map(|found| found.attribute.as_ref().unwrap().steps.len()).collect();
    assert_eq!(steps, [3, 1], "parts[0].secret and password");
}

#[tokio::test]
async fn validation_takes_unknowns_and_names_the_nested_attribute() {
    let client = testbed().await;
    let config = json!({ "name": UNKNOWN, "list": ["a", UNKNOWN], "parts": [{ "label": UNKNOWN, "count_of": UNKNOWN }] });
    assert!(client.validate("testbed_thing", &config).await.unwrap().is_empty());

    let config = json!({ "name": "x", "parts": [{ "label": "a" }, { "label": "b", "count_of": 0 }] });
    let found = client.validate("testbed_thing", &config).await.unwrap();
    let path = Path::from("parts").index(1).attribute("count_of");
    assert_eq!(found.iter().next().unwrap().path, Some(path));

    // a value that the field can't hold
    let config = json!({ "name": "x", "parts": [{ "label": "b", "count_of": 1.5 }] });
    let found = client.validate("testbed_thing", &config).await.unwrap();
    let path = Path::from("parts").index(0).attribute("count_of");
    assert_eq!(found.iter().next().unwrap().path, Some(path));
}

#[tokio::test]
async fn a_plan_with_unknown_values_keeps_them_where_they_stand() {
    let client = testbed().await;
    let config = json!({ "name": UNKNOWN, "map": { "a": UNKNOWN, "b": "c" }, "part": { "label": UNKNOWN }, "any": UNKNOWN });
    let plan = client.plan("testbed_thing", &config, None).await.unwrap();
    assert!(plan.diagnostics.is_empty(), "{}", plan.diagnostics);
    assert!(plan.planned.get("name").is_unknown());
    assert!(plan.planned.get("map").get("a").is_unknown());
    assert_eq!(plan.planned.get("map").get("b").as_str(), Some("c"));
    assert_eq!(plan.planned.get("part").get("count_of").as_i64(), Some(1));
}

#[tokio::test]
async fn private_data_goes_from_plan_to_apply_to_the_next_call() {
    let client = testbed().await;
    let state = made(&client, "testbed_thing", &json!({ "name": "x" })).await;
    assert_eq!(state.private, b"planned, applied");
    let read = client.refresh("testbed_thing", &state).await.unwrap().state.unwrap();
    assert_eq!(read, state);
}

#[tokio::test]
async fn a_destroy_can_be_refused_at_plan() {
    let client = testbed().await;
    let state = made(&client, "testbed_thing", &json!({ "name": "x", "color": "protected" })).await;
    let outcome = client.destroy("testbed_thing", &state).await.unwrap();
    assert_eq!(outcome.diagnostics.errors().next().unwrap().summary, "Protected");
    assert_eq!(outcome.state, Some(state));
}

#[tokio::test]
async fn what_is_gone_is_no_state() {
    let client = testbed().await;
    let state = made(&client, "testbed_thing", &json!({ "name": "gone" })).await;
    assert_eq!(client.refresh("testbed_thing", &state).await.unwrap().state, None);
}

#[tokio::test]
async fn a_failed_create_keeps_what_there_is_without_unknowns() {
    let client = testbed().await;
    let outcome = client.converge("testbed_trouble", &json!({ "mode": "fail" }), None).await.unwrap();
    assert!(outcome.diagnostics.has_errors());
    let state = outcome.state.unwrap();
    assert!(state.tainted);
    assert!(state.value.get("output").is_null(), "unknown values become null, on errors too");
    // the next run replaces what is tainted
    let next = client.plan("testbed_trouble", &json!({ "mode": "work" }), Some(&state)).await.unwrap();
    assert_eq!(next.action, Action::Replace);
}

#[tokio::test]
async fn left_over_unknowns_become_null() {
    let client = testbed().await;
    let state = made(&client, "testbed_trouble", &json!({ "mode": "forget the output" })).await;
    assert!(state.value.get("output").is_null());
}

#[tokio::test]
async fn a_failed_delete_returns_what_is_left() {
    let client = testbed().await;
    let state = made(&client, "testbed_trouble", &json!({ "mode": "fail to delete" })).await;
    let outcome = client.destroy("testbed_trouble", &state).await.unwrap();
    assert!(outcome.diagnostics.has_errors());
    assert_eq!(outcome.state.unwrap().value.get("output").as_str(), Some("left over"));
}

#[tokio::test]
async fn a_panic_is_a_diagnostic_and_the_server_lives_on() {
    let client = testbed().await;
    for mode in ["panic in validate", "panic in plan", "panic in apply"] {
        let outcome = client.converge("testbed_trouble", &json!({ "mode": mode }), None).await.unwrap();
        let error = outcome.diagnostics.errors().next().unwrap();
        assert!(error.detail.contains("asked to"), "{mode}: {error}");
    }
    let panicking = made(&client, "testbed_trouble", &json!({ "mode": "panic in read" })).await;
    let read = client.refresh("testbed_trouble", &panicking).await.unwrap();
    assert!(read.diagnostics.has_errors());
    assert_eq!(read.state, Some(panicking), "a panic loses no state");
    let panic = client.call_function("describe", &[json!("panic")]).await.unwrap().unwrap_err();
    assert!(panic.text.contains("as asked"));
    assert!(client.log().contains("misbehaving.rs"), "the log has the place");

    // an update that panics keeps the prior state
    let prior = made(&client, "testbed_trouble", &json!({ "mode": "work" })).await;
    let update =
        client.converge("testbed_trouble", &json!({ "mode": "panic in apply" }), Some(&prior)).await.unwrap();
    assert!(update.diagnostics.has_errors());
    assert_eq!(update.state, Some(prior));
}

#[tokio::test]
async fn the_client_sees_a_plan_that_contradicts_the_configuration() {
    let client = testbed().await;
    let error =
        client.plan("testbed_trouble", &json!({ "mode": "plan another mode" }), None).await.unwrap_err();
    assert!(matches!(&error, Error::Protocol(text) if text.starts_with("mode: ")), "{error}");
}

#[tokio::test]
async fn the_client_sees_a_state_that_contradicts_the_plan() {
    let client = testbed().await;
    let error = client
        .converge("testbed_trouble", &json!({ "mode": "apply another output" }), None)
        .await
        .unwrap_err();
    assert!(matches!(&error, Error::Protocol(text) if text.starts_with("output: ")), "{error}");
}

#[tokio::test]
async fn import_finds_by_id_and_reads() {
    let client = testbed().await;
    let state = client.import("testbed_thing", "thing-x").await.unwrap().state.unwrap();
    assert_eq!((state.value.get("name").as_str(), &state.private[..]), (Some("x"), &b"imported"[..]));
    let failed = client.import("testbed_thing", "nonsense").await.unwrap();
    assert_eq!(failed.diagnostics.errors().next().unwrap().summary, "No such thing");
    let unsupported = client.import("testbed_slow", "x").await.unwrap();
    assert_eq!(unsupported.diagnostics.errors().next().unwrap().summary, "Import isn't supported");
}

#[tokio::test]
async fn stored_state_is_read_leniently_and_upgraded() {
    let client = testbed().await;
    // at our version too: an attribute that was dropped is ignored, one that is new is null
    let stored = json!({ "name": "x", "dropped": 1, "password": "left over" });
    let value = client.upgrade("testbed_thing", 2, &stored).await.unwrap().state.unwrap().value;
    assert_eq!(value.get("name").as_str(), Some("x"));
    assert!(value.get("color").is_null() && value.get("password").is_null());

    let value =
        client.upgrade("testbed_thing", 1, &json!({ "colour": "red" })).await.unwrap().state.unwrap().value;
    assert_eq!(value.get("color").as_str(), Some("red"));

    let error =
        |outcome: tfplugin::client::Outcome| outcome.diagnostics.errors().next().unwrap().summary.clone();
    assert_eq!(error(client.upgrade("testbed_thing", 0, &json!({})).await.unwrap()), "Too old");
    assert_eq!(
        error(client.upgrade("testbed_thing", 3, &json!({})).await.unwrap()),
        "State of a newer provider"
    );
}

#[tokio::test]
async fn state_of_another_type_can_be_moved_here() {
    let client = testbed().await;
    let request = |source: &str| raw::move_resource_state::Request {
        source_provider_address: "registry.terraform.io/example/old".into(),
        source_type_name: source.into(),
        source_state: Some(raw::RawState { json: br#"{"title":"x"}"#.to_vec(), ..Default::default() }),
        target_type_name: "testbed_thing".into(),
        source_private: b"kept".to_vec(),
        ..Default::default()
    };
    let moved = client.raw().move_resource_state(request("old_thing")).await.unwrap().into_inner();
    assert!(moved.diagnostics.is_empty() && moved.target_state.is_some());
    assert_eq!(moved.target_private, b"kept");
    let unknown = client.raw().move_resource_state(request("other_thing")).await.unwrap().into_inner();
    assert!(unknown.diagnostics[0].detail.contains("other_thing"));
}

#[tokio::test]
async fn ephemeral_resources_are_opened_renewed_and_closed() {
    let client = testbed().await;
    let opened = client
        .raw()
        .open_ephemeral_resource(raw::open_ephemeral_resource::Request {
            type_name: "testbed_lease".into(),
            config: Some(raw::DynamicValue { json: br#"{"holder":"me"}"#.to_vec(), msgpack: Vec::new() }),
            client_capabilities: None,
        })
        .await
        .unwrap()
        .into_inner();
    assert!(opened.diagnostics.is_empty() && opened.renew_at.is_some());
    let request =
        raw::renew_ephemeral_resource::Request { type_name: "testbed_lease".into(), private: opened.private };
    let renewed = client.raw().renew_ephemeral_resource(request).await.unwrap().into_inner();
    assert_eq!((renewed.private.as_deref(), renewed.renew_at), (Some(&b"1+"[..]), None));
    let request = raw::close_ephemeral_resource::Request {
        type_name: "testbed_lease".into(),
        private: renewed.private,
    };
    assert!(
        client.raw().close_ephemeral_resource(request).await.unwrap().into_inner().diagnostics.is_empty()
    );
}

#[tokio::test]
async fn functions_take_dynamic_and_variadic_arguments() {
    let client = testbed().await;
    let arguments =
        [json!("a"), json!(1), json!(null), json!([1, "b"]), json!({ "c": true }), json!(UNKNOWN)];
    let kinds = client.call_function("describe", &arguments).await.unwrap().unwrap();
    assert_eq!(kinds.to_json(), json!(["string", "number", "null", "list", "map", "unknown"]));
}

#[tokio::test]
async fn the_provider_can_be_configured_with_unknown_values() {
    let client = testbed().await;
    let found = client.configure(&json!({ "region": UNKNOWN })).await.unwrap();
    assert_eq!(found.iter().next().unwrap().path, Some(Path::from("region")));
}

#[tokio::test]
async fn capabilities_are_what_is_implemented() {
    let client = testbed().await;
    let metadata = client.raw().get_metadata(raw::get_metadata::Request {}).await.unwrap().into_inner();
    let capabilities = metadata.server_capabilities.unwrap();
    assert!(
        capabilities.plan_destroy
            && capabilities.get_provider_schema_optional
            && capabilities.move_resource_state
    );
    assert!(!capabilities.generate_resource_config);
    let names: Vec<_> = metadata.resources.into_iter().map(|resource| resource.type_name).collect();
    assert_eq!(names, ["testbed_slow", "testbed_thing", "testbed_trouble"]);
    let unannounced = client.raw().get_states(raw::get_states::Request::default()).await.unwrap_err();
    assert_eq!(unannounced.code(), tonic::Code::Unimplemented);
}

#[tokio::test]
async fn an_unknown_type_is_an_error_not_a_crash() {
    let client = testbed().await;
    let request = raw::read_resource::Request { type_name: "testbed_nothing".into(), ..Default::default() };
    let response = client.raw().read_resource(request).await.unwrap().into_inner();
    assert!(response.diagnostics[0].detail.contains("testbed_nothing"));
}

#[tokio::test]
async fn a_tampered_value_is_a_diagnostic() {
    let client = testbed().await;
    let request = raw::read_resource::Request {
        type_name: "testbed_thing".into(),
        current_state: Some(raw::DynamicValue { msgpack: vec![0xc1], json: Vec::new() }),
        ..Default::default()
    };
    let response = client.raw().read_resource(request).await.unwrap().into_inner();
    assert_eq!(response.diagnostics[0].summary, "Unreadable value");
}

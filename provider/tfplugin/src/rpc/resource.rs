//! The work behind the rpcs of managed resources.

use super::{
    convert::{decode, diagnostics, encode},
    proto,
};
use crate::{
    Applied, Cx, Diagnostic, Diagnostics, MoveSource, ReadOutcome, Server, Value,
    erased::{ApplyValue, DynResource, PlanValue, Shape},
    write_only,
};
use serde_json::Value as Json;
use std::sync::Arc;

pub(super) fn validate(
    server: &Server,
    request: &proto::validate_resource_config::Request,
) -> Result<Diagnostics, Diagnostics> {
    let resource = server.find_resource(&request.type_name)?;
    let Shape { schema, ty } = resource.shape();
    let config = decode(request.config.as_ref(), ty)?;
    let mut found = resource.validate(&config);
    if !request.client_capabilities.is_some_and(|client| client.write_only_attributes_allowed) {
        for path in write_only::set_paths(schema, &config) {
            found.error(
                path,
                "Write-only attribute not supported",
                "Write-only attributes need Terraform 1.11 or later.",
            );
        }
    }
    Ok(found)
}

pub(super) async fn plan(
    server: &Server,
    cx: &Cx,
    request: proto::plan_resource_change::Request,
) -> Result<proto::plan_resource_change::Response, Diagnostics> {
    let resource = server.find_resource(&request.type_name)?;
    let ty = &resource.shape().ty;
    let planned = PlanValue {
        destroy: decode(request.proposed_new_state.as_ref(), ty)?.is_null(),
        config: decode(request.config.as_ref(), ty)?,
        prior: decode(request.prior_state.as_ref(), ty)?,
        private: request.prior_private,
    };
    let planned = resource.plan(cx, &planned).await;
    Ok(proto::plan_resource_change::Response {
        planned_state: Some(encode(&planned.planned, ty)?),
        requires_replace: planned.replace.iter().map(Into::into).collect(),
        planned_private: planned.private,
        diagnostics: diagnostics(planned.diagnostics),
        ..Default::default()
    })
}

/// The request of an apply, decoded before the work so that a panic in it can still answer with the prior state.
pub(super) fn apply_request(
    server: &Server,
    request: proto::apply_resource_change::Request,
) -> Result<(Arc<dyn DynResource>, ApplyValue), Diagnostics> {
    let resource = server.find_resource(&request.type_name)?;
    let ty = &resource.shape().ty;
    let apply = ApplyValue {
        prior: decode(request.prior_state.as_ref(), ty)?,
        planned: decode(request.planned_state.as_ref(), ty)?,
        config: decode(request.config.as_ref(), ty)?,
        private: request.planned_private,
    };
    Ok((Arc::clone(resource), apply))
}

pub(super) fn applied(
    resource: &dyn DynResource,
    outcome: Result<Applied<Value>, Diagnostics>,
    before: &ApplyValue,
) -> proto::apply_resource_change::Response {
    let ty = &resource.shape().ty;
    let encoded = outcome.and_then(|Applied { state, private, diagnostics }| {
        Ok((encode(&state.unwrap_or_default(), ty)?, private, diagnostics))
    });
    // a panic, or a state that doesn't fit the schema: all that is known is what was there before
    let (new_state, private, found) = encoded.unwrap_or_else(|found| {
        let prior = encode(&before.prior, ty).unwrap_or_default();
        (prior, before.private.clone(), found)
    });
    proto::apply_resource_change::Response {
        new_state: Some(new_state),
        private,
        diagnostics: diagnostics(found),
        ..Default::default()
    }
}

pub(super) async fn read(
    server: &Server,
    cx: &Cx,
    request: proto::read_resource::Request,
) -> Result<proto::read_resource::Response, Diagnostics> {
    let resource = server.find_resource(&request.type_name)?;
    let ty = &resource.shape().ty;
    let current = decode(request.current_state.as_ref(), ty)?;
    let ReadOutcome { state, private, diagnostics: found } =
        resource.read(cx, &current, request.private).await;
    Ok(proto::read_resource::Response {
        new_state: Some(encode(&state.unwrap_or_default(), ty)?),
        private,
        diagnostics: diagnostics(found),
        ..Default::default()
    })
}

pub(super) async fn import(
    server: &Server,
    cx: &Cx,
    request: proto::import_resource_state::Request,
) -> Result<proto::import_resource_state::Response, Diagnostics> {
    let resource = server.find_resource(&request.type_name)?;
    let imported = resource.import(cx, &request.id).await?;
    let imported = proto::import_resource_state::ImportedResource {
        state: Some(encode(&imported.state, &resource.shape().ty)?),
        private: imported.private,
        type_name: request.type_name,
        identity: None,
    };
    Ok(proto::import_resource_state::Response { imported_resources: vec![imported], ..Default::default() })
}

/// Brings stored state to the current schema. Terraform asks for every object, also at the current version.
pub(super) fn upgrade(
    server: &Server,
    request: &proto::upgrade_resource_state::Request,
) -> Result<proto::upgrade_resource_state::Response, Diagnostics> {
    let resource = server.find_resource(&request.type_name)?;
    let Shape { schema, ty } = resource.shape();
    let mut state = raw_state(request.raw_state.as_ref())?;
    if request.version > resource.version() {
        let detail = format!(
            "{} has state of schema version {}, this provider knows up to {}. Use the provider version that wrote it, or a newer one.",
            request.type_name,
            request.version,
            resource.version()
        );
        return Err(Diagnostic::error("State of a newer provider", detail).into());
    }
    if request.version < resource.version() {
        state = resource.upgrade(request.version, state)?;
    }
    let state = Value::from_json(&state, ty)
        .map_err(|error| Diagnostic::error("Unreadable state", format!("{}: {error}", request.type_name)))?;
    let state = write_only::strip(schema, state);
    Ok(proto::upgrade_resource_state::Response {
        upgraded_state: Some(encode(&state, ty)?),
        diagnostics: Vec::new(),
    })
}

pub(super) fn move_state(
    server: &Server,
    request: proto::move_resource_state::Request,
) -> Result<proto::move_resource_state::Response, Diagnostics> {
    let resource = server.find_resource(&request.target_type_name)?;
    let source = MoveSource {
        provider_address: request.source_provider_address,
        type_name: request.source_type_name,
        schema_version: request.source_schema_version,
        state: raw_state(request.source_state.as_ref())?,
        private: request.source_private,
    };
    let from = format!("{} of {}", source.type_name, source.provider_address);
    let moved = resource.move_state(source).ok_or_else(|| {
        let detail = format!("{} can't take over the state of a {from}.", request.target_type_name);
        Diagnostic::error("Move isn't supported", detail)
    })??;
    Ok(proto::move_resource_state::Response {
        target_state: Some(encode(&moved.state, &resource.shape().ty)?),
        target_private: moved.private,
        ..Default::default()
    })
}

fn raw_state(state: Option<&proto::RawState>) -> Result<Json, Diagnostic> {
    let unreadable = |detail: String| Diagnostic::error("Unreadable state", detail);
    match state {
        Some(state) if !state.json.is_empty() => {
            serde_json::from_slice(&state.json).map_err(|error| unreadable(error.to_string()))
        }
        _ => {
            Err(unreadable("It is in the format of Terraform 0.11, which this provider never wrote.".into()))
        }
    }
}

//! From the table to statements: ARNs and values of one account, region and project.

use super::place::Place;
use super::table::{Grant, Service};
use crate::policy::Statement;
use std::collections::BTreeSet;

/// The statements of a grant that allow `actions`: one, or as many as it takes where the policy is narrowed to a tenant.
pub(super) fn statements(
    place: &Place,
    service: &Service,
    grant: &Grant,
    actions: &BTreeSet<String>,
) -> Vec<Statement> {
    if let Some(tenant) = &place.tenant {
        return tenant.statements(place, service, grant, actions);
    }
    let actions: Vec<&str> = actions.iter().map(String::as_str).collect();
    let fill = |pattern: &&str| place.fill(service.prefix, pattern);
    let all = Statement::allow(&format!("{}{}", service.sid, grant.sid))
        .actions(&actions)
        .resources(grant.resources.iter().map(fill));
    vec![grant.conditions.iter().fold(all, |statement, (operator, key, values)| {
        statement.when(operator, key, values.iter().map(fill))
    })]
}

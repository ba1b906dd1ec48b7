//! Service Quotas: how many listener rules the account may have.

use super::table::{Access, Grant, Service, TENANT, calls};

pub(super) const SERVICE: Service = Service {
    name: "service-quotas",
    prefix: "servicequotas",
    sid: "Quotas",
    grants: &[Grant {
        sid: "Read",
        access: Access::Plan,
        resources: &["{regional}:elasticloadbalancing/*"],
        conditions: &[],
        rows: &[calls(TENANT, &["GetServiceQuota"])],
    }],
};

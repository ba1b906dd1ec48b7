//! The tagging API: tags in bulk. It knows no resources.

use super::table::{ANY, Access, COMPOSITES, Grant, Service, calls};

pub(super) const SERVICE: Service = Service {
    name: "resourcegroupstaggingapi",
    prefix: "tag",
    sid: "Tags",
    grants: &[Grant {
        sid: "Read",
        access: Access::Plan,
        resources: ANY,
        conditions: &[],
        rows: &[calls(COMPOSITES, &["GetResources"])],
    }],
};

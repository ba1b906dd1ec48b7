//! Certificate Manager: certificates are made elsewhere.

use super::table::{Access, ENVIRONMENT, Grant, Service, calls};

pub(super) const SERVICE: Service = Service {
    name: "acm",
    prefix: "acm",
    sid: "Certificates",
    grants: &[Grant {
        sid: "Read",
        access: Access::Plan,
        resources: &["{regional}:certificate/*"],
        conditions: &[],
        rows: &[calls(ENVIRONMENT, &["DescribeCertificate"])],
    }],
};

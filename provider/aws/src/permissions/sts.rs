//! STS: whose the credentials are.

use super::table::{ANY, Access, EVERY, Grant, Service, calls_as};

pub(super) const SERVICE: Service = Service {
    name: "sts",
    prefix: "sts",
    sid: "Sts",
    grants: &[Grant {
        sid: "Identity",
        access: Access::Plan,
        resources: ANY,
        conditions: &[],
        rows: &[
            // AWS asks for no permission, and can't be told to refuse it.
            calls_as(EVERY, &["GetCallerIdentity"], &[]),
            // Asked with the credentials that come before the role whose policy this is.
            calls_as(EVERY, &["AssumeRole", "AssumeRoleWithWebIdentity"], &[]),
        ],
    }],
};

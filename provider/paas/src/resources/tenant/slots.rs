//! Slots: where releases live. A tenant has one, or, deploying blue/green, two; each is a target group and the Auto
//! Scaling group behind it, and both stay where they are while releases come and go.

use super::model::TenantModel;
use super::wire::Wiring;
use composite::{Graph, Node};
use paas_aws::World;
use paas_aws::autoscaling::GroupOut;
use paas_aws::ec2::{LaunchTemplate, LaunchTemplateOut};
use paas_aws::elbv2::TargetGroupOut;

/// `deployment_type`: one slot.
pub const IN_PLACE: &str = "IN_PLACE";
/// `deployment_type`: two slots.
pub const BLUE_GREEN: &str = "BLUE_GREEN";

/// One slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slot {
    /// The only one.
    Only,
    /// The one that is live at first.
    Blue,
    /// The other.
    Green,
}

impl Slot {
    /// The key of a slot's target group begins so.
    pub const TARGET_GROUP: &str = "target_group";

    /// `blue` or `green`.
    pub fn name(self) -> Option<&'static str> {
        match self {
            Slot::Only => None,
            Slot::Blue => Some("blue"),
            Slot::Green => Some("green"),
        }
    }

    /// The key of a child of this slot: `target_group_blue`.
    pub fn key(self, child: &str) -> String {
        self.name().map_or_else(|| child.to_owned(), |slot| format!("{child}_{slot}"))
    }

    /// The name of an AWS object of this slot: `paas-dev-acme-blue`.
    pub fn named(self, base: &str) -> String {
        self.name().map_or_else(|| base.to_owned(), |slot| format!("{base}-{slot}"))
    }
}

/// The tenant's slots. While it isn't known how it deploys, the children's keys aren't either.
pub fn of(model: &TenantModel, g: &mut Graph<'_, World>) -> &'static [Slot] {
    let deployment_type = model.pipeline.settled().and_then(|pipeline| match pipeline {
        None => Some(IN_PLACE),
        Some(pipeline) => pipeline.deployment_type.known().map(String::as_str),
    });
    match deployment_type {
        Some(BLUE_GREEN) => &[Slot::Blue, Slot::Green],
        Some(_) => &[Slot::Only],
        None => {
            g.unknown_keys();
            &[Slot::Only]
        }
    }
}

/// What is in a slot.
#[derive(Clone, Copy)]
pub struct Machines {
    /// Which one.
    pub slot: Slot,
    /// Through it requests reach the instances.
    pub target: Node<TargetGroupOut>,
    /// The instances.
    pub scaling: Node<GroupOut>,
}

impl<'a> Wiring<'a> {
    /// A slot's target group, its instances, and how their number follows the load.
    pub(super) fn machines(
        &self,
        slot: Slot,
        template: (Node<LaunchTemplateOut>, Node<LaunchTemplate>),
        g: &mut Graph<'a, World>,
    ) -> Machines {
        let target = self.target_group(slot, g);
        let scaling = self.autoscaling_group(slot, template, target, g);
        self.scaling_policy(slot, scaling, target, g);
        Machines { slot, target, scaling }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_slot_has_no_name_and_two_are_told_apart() {
        assert_eq!(Slot::Only.key("target_group"), "target_group");
        assert_eq!(Slot::Green.key("target_group"), "target_group_green");
        assert_eq!(Slot::Only.named("paas-dev-acme"), "paas-dev-acme");
        assert_eq!(Slot::Blue.named("paas-dev-acme"), "paas-dev-acme-blue");
    }
}

//! What a composite says of itself: its arguments, what it has to know of AWS, and how it is wired.

use crate::run::ThisRun;
use crate::timeouts::Timeouts;
use composite::{Graph, Ledger, Plan, Staying};
use paas_aws::world::{Sensitive, Steering};
use paas_aws::{Owner, Session, Tags, World};
use std::collections::BTreeMap;
use tfplugin::{Attr, Attributes, Diagnostic, Diagnostics};

/// A resource made of many AWS objects.
pub trait Composite: Send + Sync + 'static {
    /// Arguments and outputs.
    type Model: Model;
    /// What wiring needs to know from AWS; what isn't known before an apply stands in it as unknown.
    type Facts: Send + Sync;
    /// `tenant` for `paas_tenant`.
    const NAME: &'static str;

    /// The argument that names it: where to say that the name is taken.
    const NAMED_BY: &'static str = "name";

    /// Checks the configuration alone: pure, with unknowns in it.
    fn validate(config: &Self::Model, diagnostics: &mut Diagnostics);

    /// Arguments that the record has no room for; those within an argument with a dot, such as `packer.template`.
    const UNRECORDED: &'static [&'static str] = &[];

    /// The SSM parameter of its record; asked only where the owner is known.
    fn parameter(session: &Session, model: &Self::Model) -> String;

    /// Whether it is known whose children they are: an environment yet to be made may be unknown.
    fn has_owner(model: &Self::Model) -> bool {
        Self::is_named(model)
    }

    /// Whether the composite's name is known; nothing can be said of its children before.
    fn is_named(model: &Self::Model) -> bool;

    /// Looks up the facts, and checks at plan what only AWS can tell. `None` after an error.
    fn gather(
        session: &Session,
        request: Gather<'_, Self::Model>,
        diagnostics: &mut Diagnostics,
    ) -> impl Future<Output = Option<Self::Facts>> + Send;

    /// Declares the children and the outputs. Pure and total.
    fn wire<'a>(
        session: &'a Session,
        model: &'a Self::Model,
        facts: &'a Self::Facts,
        graph: &mut Graph<'a, World>,
    );

    /// Whose children they are.
    fn owner(model: &Self::Model, project: &str) -> Owner;

    /// What steers the children without being part of them.
    fn steering(model: &Self::Model, facts: Option<&Self::Facts>) -> Steering;

    /// How long to wait for AWS.
    fn timeouts(model: &Self::Model) -> Timeouts {
        model.timeouts().clone().unwrap_or_default()
    }

    /// The values of write-only arguments, by the keys of the children that get them. They are known in an apply only.
    fn secrets(config: &Self::Model) -> BTreeMap<String, Sensitive> {
        let _ = config;
        BTreeMap::new()
    }

    /// Refuses a destruction that would hurt: at plan, and again before the first deletion.
    fn may_destroy(
        session: &Session,
        leaving: Leaving<'_, Self::Model>,
        diagnostics: &mut Diagnostics,
    ) -> impl Future<Output = ()> + Send {
        let _ = (session, leaving, diagnostics);
        async {}
    }

    /// Refuses, at plan, what would be done to a child. Pure.
    fn review(plan: &Plan, model: &Self::Model, diagnostics: &mut Diagnostics) {
        let _ = (plan, model, diagnostics);
    }

    /// What to say, in a warning, of children that were to go and stay because others use them.
    fn stays(owner: &Owner, staying: &[Staying]) -> Diagnostic {
        let who: Vec<String> =
            staying.iter().map(|child| format!("{} ({}): {}", child.key, child.id, child.users)).collect();
        Diagnostic::warning(
            format!("{owner}: what others use stays for now"),
            format!(
                "What was to go can't go before they let go of it:\n{}\nThe next apply removes what nobody uses any more.",
                who.join("\n")
            ),
        )
    }

    /// The arguments of the composite with this id, out of its published record.
    fn recall(session: &Session, id: &str) -> impl Future<Output = Result<Self::Model, Diagnostics>> + Send;

    /// Fills arguments that the record has no room for, out of what was seen.
    fn complete(model: &mut Self::Model, seen: &Ledger) {
        let _ = (model, seen);
    }
}

/// The attributes that every composite has. [`impl_model`] writes it down.
pub trait Model: Attributes + PartialEq {
    /// The user's tags.
    fn tags(&self) -> &Attr<Tags>;
    /// `default_tags` and `tags`.
    fn tags_all(&mut self) -> &mut Attr<Tags>;
    /// Every child's spec as JSON, by key: what makes changes and drift visible in a plan.
    fn children(&mut self) -> &mut Attr<BTreeMap<String, Attr<String>>>;
    /// How long to wait, as far as it is set.
    fn timeouts(&self) -> &Attr<Timeouts>;
    /// What becomes of a create that fails half-way.
    fn on_create_failure(&self) -> &Attr<String>;
    /// Whether everything stands as configured.
    fn ready(&mut self) -> &mut Attr<bool>;
}

/// [`Model`] for a struct whose fields are called as the attributes are.
macro_rules! impl_model {
    ($model:ty) => {
        impl $crate::composite_resource::Model for $model {
            fn tags(&self) -> &tfplugin::Attr<paas_aws::Tags> {
                &self.tags
            }
            fn tags_all(&mut self) -> &mut tfplugin::Attr<paas_aws::Tags> {
                &mut self.tags_all
            }
            fn children(
                &mut self,
            ) -> &mut tfplugin::Attr<std::collections::BTreeMap<String, tfplugin::Attr<String>>> {
                &mut self.children
            }
            fn timeouts(&self) -> &tfplugin::Attr<$crate::timeouts::Timeouts> {
                &self.timeouts
            }
            fn on_create_failure(&self) -> &tfplugin::Attr<String> {
                &self.on_create_failure
            }
            fn ready(&mut self) -> &mut tfplugin::Attr<bool> {
                &mut self.ready
            }
        }
    };
}
pub(crate) use impl_model;

/// What is about to be destroyed.
pub struct Leaving<'a, M> {
    /// Its arguments; of one that is made anew, those to come.
    pub model: &'a M,
    /// What is remembered of the children.
    pub ledger: &'a Ledger,
    /// Why.
    pub why: Why,
    /// What is known of this run.
    pub run: &'a ThisRun,
}

/// Why something is destroyed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// It is no longer in the configuration, or everything goes.
    Unwanted,
    /// An argument was changed that can't change in place.
    Changed,
    /// Terraform was told to (`-replace`, `terraform taint`), or its creation had failed.
    MadeAnew,
}

/// For what the facts are gathered.
pub struct Gather<'a, M> {
    /// The arguments, as planned.
    pub model: &'a M,
    /// The arguments, as written: tells what is left to the provider from what isn't known yet.
    pub config: &'a M,
    /// The state, if there is one.
    pub prior: Option<&'a M>,
    /// What is remembered of the children.
    pub ledger: &'a Ledger,
    /// Whether to check what could have changed by others: at plan; an apply has AWS's own refusals.
    pub check: bool,
    /// What is known of this run.
    pub run: &'a ThisRun,
}

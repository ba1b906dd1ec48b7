//! What an infrastructure pipeline has to know of AWS: its environment's record; and what it checks there at plan.

use super::model::InfrastructurePipelineModel;
use super::told;
use super::validate::VARIABLE;
use crate::composite_resource::Gather;
use crate::home::{self, Home};
use crate::pipelines;
use crate::record::environment::{OF_DEPLOYMENTS, OF_INFRASTRUCTURE};
use composite::Value;
use paas_aws::{Session, Tags, ec2};
use tfplugin::{Attr, Diagnostic, Diagnostics, Path};

/// EC2's limit of tags on an image, 50, less the seven that every bake sets.
const MOST_TAGS: usize = 43;

/// What wiring needs.
pub struct Facts {
    /// The environment; unknown while it is yet to be made.
    pub home: Value<Home>,
}

/// Looks up the facts; `None` after an error.
pub async fn facts(
    session: &Session,
    request: &Gather<'_, InfrastructurePipelineModel>,
    diagnostics: &mut Diagnostics,
) -> Option<Facts> {
    let home = match &request.model.environment {
        Attr::Known(name) => {
            let of_tenants = if request.model.deploy.is_null() { &[] } else { OF_DEPLOYMENTS };
            let needed = [OF_INFRASTRUCTURE, of_tenants].concat();
            home::home(session, name, request.run, &needed, diagnostics).await?
        }
        _ => Value::Unknown,
    };
    if request.check {
        check(session, request, &home, diagnostics).await;
    }
    (!diagnostics.has_errors()).then_some(Facts { home })
}

async fn check(
    session: &Session,
    request: &Gather<'_, InfrastructurePipelineModel>,
    home: &Value<Home>,
    diagnostics: &mut Diagnostics,
) {
    let model = request.model;
    if let Value::Known(home) = home {
        diagnostics.extend(pipelines::refuse(home, &Path::root(), &model.trigger));
    }
    if let Some(tags) = model.tags_all.known() {
        few_tags(tags, diagnostics);
    }
    // An image that was there may be gone later: the next build will say so, and a destroy, which Terraform plans as a
    // change first, has nothing to do with it.
    let is_new = |id: &&String| request.prior.is_none_or(|prior| prior.source_ami.known() != Some(*id));
    if let Some(id) = model.source_ami.known().filter(is_new) {
        match ec2::image(session, id).await {
            Ok(Some(_)) => {}
            Ok(None) => {
                let detail =
                    format!("There is no image {id} in {}, or this account may not use it.", session.region);
                diagnostics.error("source_ami", "No such image", detail);
            }
            Err(error) => diagnostics.push(Diagnostic::error("Can't read the image", error.to_string())),
        }
    }
}

/// Images carry more tags of the provider's than other objects, and the user's get there through a variable.
fn few_tags(tags: &Tags, diagnostics: &mut Diagnostics) {
    if tags.len() > MOST_TAGS {
        let detail = format!(
            "{} tags are set, those of default_tags included; EC2 takes 50 on an image, and a bake adds seven.",
            tags.len()
        );
        diagnostics.error("tags", "Too many tags", detail);
    }
    let length = told::json(tags).chars().count();
    if length > VARIABLE {
        let detail = format!(
            "As JSON the tags have {length} characters, those of default_tags included. They get to the images in a variable of the build, and CodeBuild takes {VARIABLE} characters there."
        );
        diagnostics.error("tags", "Tags too long", detail);
    }
}

//! `paas_ami`: layer 2, one machine image of a tenant. No composite: an image doesn't change, another one takes its place.

mod baking;
mod model;
mod pipeline;
mod planning;
mod retiring;
mod source;
mod validate;

pub use model::AmiModel;
pub use pipeline::Pipeline;

use crate::provider::Connection;
use crate::timeouts::Operation;
use baking::Order;
use paas_aws::Session;
use paas_aws::codebuild::builds::Patience;
use paas_aws::ec2::images::{self, Image};
use planning::Memory;
use tfplugin::{Applied, Apply, Cx, Diagnostic, Diagnostics, Imported, Plan, ReadOutcome, Resource};
use tokio::time::Instant;

/// The resource.
pub struct Ami {
    connection: Connection,
}

impl Ami {
    /// Uses the provider's connection, once there is one.
    #[must_use]
    pub fn new(connection: Connection) -> Self {
        Self { connection }
    }
}

impl Resource for Ami {
    type Model = AmiModel;
    const NAME: &'static str = "ami";

    fn validate(&self, config: &AmiModel, diagnostics: &mut Diagnostics) {
        validate::ami(config, diagnostics);
    }

    async fn plan(&self, _: &Cx, plan: &mut Plan<AmiModel>, diagnostics: &mut Diagnostics) {
        let session = self.connection.get();
        if let Err(refused) = planning::refine(session.as_deref(), self.connection.run(), plan).await {
            diagnostics.push(refused);
        }
    }

    async fn apply(&self, cx: &Cx, apply: Apply<AmiModel>) -> Applied<AmiModel> {
        let session = match self.connection.need() {
            Ok(session) => session,
            Err(refused) => return Applied::failed(apply.prior, refused).private(apply.private),
        };
        match (apply.prior, apply.planned) {
            (prior, Some(planned)) => bake(cx, &session, prior, planned, apply.private).await,
            (Some(prior), None) => destroy(cx, &session, prior, apply.private).await,
            (None, None) => Applied::done(None),
        }
    }

    async fn read(&self, _: &Cx, state: AmiModel, private: Vec<u8>) -> ReadOutcome<AmiModel> {
        let found = match self.connection.need() {
            Ok(session) => look(&session, &state).await.map_err(Diagnostics::from),
            Err(refused) => Err(refused),
        };
        match found {
            Ok(Some(image)) => {
                let (mut found, mut memory) = (AmiModel::of_image(&image), Memory::of_image(&image));
                // A buildspec of the user's own may have set no tags: then what was baked is what was wanted.
                if found.source.is_null() {
                    found.source.clone_from(&state.source);
                    memory = Memory::read(&private, Some(&state));
                }
                ReadOutcome::found(state.with_image_of(found).as_read(), memory.write())
            }
            Ok(None) => ReadOutcome::found(None, private),
            Err(diagnostics) => ReadOutcome { state: Some(state), private, diagnostics },
        }
    }

    async fn import(&self, _: &Cx, id: &str) -> Result<Imported<AmiModel>, Diagnostics> {
        let session = self.connection.need()?;
        let (pipeline, id) = Pipeline::with_image(id)?;
        let found = images::get(&session, &id)
            .await
            .map_err(|error| Diagnostic::error("Can't read an image", error.to_string()))?;
        let owner = pipeline.images(&session).path();
        match found {
            Some(image) if image.tag(paas_aws::tags::OWNER) == owner => {
                let model = AmiModel { infrastructure_pipeline: pipeline.id().into(), ..AmiModel::default() };
                let state = model.with_image_of(AmiModel::of_image(&image)).as_read();
                Ok(Imported { state, private: Memory::of_image(&image).write() })
            }
            Some(_) => {
                let detail = format!(
                    "Image {id} was not baked by infrastructure pipeline {}: its tag paas:owner isn't {owner:?}.",
                    pipeline.id()
                );
                Err(Diagnostic::error("Another's image", detail).into())
            }
            None => {
                let detail = format!("There is no image {id} in {} of this account.", session.region);
                Err(Diagnostic::error("No such image", detail).into())
            }
        }
    }
}

/// The image in the state, if instances can still be launched from it.
async fn look(session: &Session, state: &AmiModel) -> Result<Option<Image>, Diagnostic> {
    let Some(id) = state.image_id.known() else { return Ok(None) };
    let found = images::get(session, id)
        .await
        .map_err(|error| Diagnostic::error(format!("Can't read image {id}"), error.to_string()))?;
    Ok(found.filter(|image| image.state == images::AVAILABLE))
}

/// Bakes where the plan says so; else notes what was planned.
async fn bake(
    cx: &Cx,
    session: &Session,
    prior: Option<AmiModel>,
    planned: AmiModel,
    private: Vec<u8>,
) -> Applied<AmiModel> {
    if planned.image_id.is_known() {
        return Applied::done(planned).private(private);
    }
    let operation = if prior.is_some() { Operation::Update } else { Operation::Create };
    let deadline = Instant::now() + planned.timeout(operation);
    let patience = Patience { cancel: &cx.cancel, deadline };
    let baked = match Order::of(session, &planned, patience).await {
        Ok(order) => order.image().await,
        Err(refused) => Err(refused.into()),
    };
    match baked {
        Ok((image, memory)) => Applied::done(planned.with_image_of(image).as_read()).private(memory.write()),
        Err(diagnostics) => Applied::failed(prior, diagnostics).private(private),
    }
}

/// Removes the image, or leaves it where something needs it.
async fn destroy(cx: &Cx, session: &Session, prior: AmiModel, private: Vec<u8>) -> Applied<AmiModel> {
    let Some(id) = prior.image_id.known().cloned() else { return Applied::done(None) };
    let pipeline = match Pipeline::parse(prior.infrastructure_pipeline.known().map_or("", String::as_str)) {
        Ok(pipeline) => pipeline,
        Err(refused) => return Applied::failed(prior, refused).private(private),
    };
    let timeout = prior.timeout(Operation::Delete);
    let removed = tokio::select! {
        removed = retiring::remove(session, &pipeline, &id) => removed,
        () = cx.cancel.cancelled() => Err(unfinished(&id, "Terraform was interrupted.")),
        () = tokio::time::sleep(timeout) => {
            Err(unfinished(&id, "The time is up that `timeouts` give."))
        }
    };
    match removed {
        Ok(diagnostics) => Applied { state: None, private: vec![], diagnostics },
        Err(refused) => Applied::failed(prior, refused).private(private),
    }
}

fn unfinished(id: &str, why: &str) -> Diagnostic {
    let detail = format!("{why} The next destroy goes on.");
    Diagnostic::error(format!("Image {id} isn't removed"), detail)
}

//! What every journey begins with: an environment, the webhook, a GitLab that tells it of pushes, and tenants.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::read::DeflateDecoder;
use paas_tests::baking::{Baking, said};
use paas_tests::gitlab::{Delivery, Hook};
use paas_tests::journey::{Kind, Tenant, at_rest, secret, url_here};
use paas_tests::{Emulator, GitLab, Workspace, hcl, root};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::io::{Cursor, Read};
use std::time::{Duration, Instant};
use zip::{CompressionMethod, ZipArchive};

/// Longer than a push takes here, on a busy machine.
const PATIENCE: Duration = Duration::from_mins(10);
/// Between two looks.
const PAUSE: Duration = Duration::from_millis(300);

/// GitLab signs what it sends.
const SIGNING_TOKEN: &str = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
/// The modules.
const MODULES: &str = "modules";

/// What the provider's template ends with.
const MANIFEST: &str = "  post-processor \"manifest\" {\n    output = \"manifest.json\"\n  }\n";
/// In its place: nobody can log in to emulated instances, so that the template runs no scripts on them. So they run beside
/// Packer, which takes the image back where one fails.
const SCRIPTS_BESIDE_PACKER: &str = r#"  post-processors {
    post-processor "shell-local" {
      inline = [
        "cd ${var.scripts}",
        "for script in preInstall.sh install.sh; do [ ! -f $script ] || bash -e $script || exit 1; done",
      ]
    }
    post-processor "manifest" {
      output = "manifest.json"
    }
  }
"#;

/// The platform: `examples/environments/dev` without its tenants, and `examples/environments/shared`.
pub struct Stage {
    pub aws: Emulator,
    pub gitlab: GitLab,
    /// Where GitLab sends its deliveries.
    pub url: String,
    pub token: String,
    shared: Workspace,
    bucket: String,
}

impl Stage {
    pub fn new() -> Self {
        let (aws, gitlab) = (Emulator::start(), GitLab::start());
        let mut dev = Workspace::new(&aws).of("examples/environments/dev");
        dev.variable("certificate_arn", aws.seed_certificate("*.dev.example.test"));
        dev.variable("image_id", aws.seed_image("web-1"));
        dev.get().expect_success();
        dev.apply(&["-target", "module.environment"]).expect_success();

        let mut shared = dev.sibling("examples/environments/shared");
        shared.variable("gitlab_host", gitlab.origin());
        shared.variable("gitlab_access_token", gitlab.password());
        let signing = json!({"signing_token_wo": SIGNING_TOKEN, "signing_token_wo_version": 1});
        shared.write("signing_override.tf", &hcl::block("module \"gitlab_integration\"", &signing));
        shared.get().expect_success();
        shared.apply(&[]).expect_success();

        let text = |name: &str| shared.output(name).as_str().expect("it is an output").to_owned();
        let (url, token) = (url_here(&aws, &text("url")), secret(&aws, &text("token_secret_arn")));
        let record = json!({"Name": "/paas/paas/dev"});
        let record = aws.call("ssm", "get_parameter", &record).expect("the environment has a record");
        let record: Value = serde_json::from_str(record["Parameter"]["Value"].as_str().unwrap()).unwrap();
        let bucket = record["outputs"]["bucket"].as_str().expect("it tells the bucket").to_owned();
        let stage = Self { aws, gitlab, url, token, shared, bucket };
        stage.hook(1);
        stage
    }

    /// Has GitLab tell the webhook of each push so often, as it should.
    pub fn hook(&self, times: u8) {
        let Self { url, token, .. } = self;
        self.gitlab.hook(Hook { url, token, signing_token: Some(SIGNING_TOKEN), times });
    }

    /// Has GitLab tell it with another secret token, or without a signature.
    pub fn hook_wrongly(&self, token: Option<&str>, signed: bool) {
        let token = token.unwrap_or(&self.token);
        self.gitlab.hook(Hook {
            url: &self.url,
            token,
            signing_token: signed.then_some(SIGNING_TOKEN),
            times: 1,
        });
    }

    pub fn tenant(&self, name: &str) -> Tenant<'_> {
        let group = format!("paas-dev-{name}");
        Tenant { aws: &self.aws, name: name.to_owned(), bucket: self.bucket.clone(), group }
    }

    /// What AWS answers.
    #[track_caller]
    pub fn look(&self, service: &str, operation: &str, params: &Value) -> Value {
        self.aws.call(service, operation, params).unwrap_or_else(|error| panic!("{operation}: {error}"))
    }

    /// Waits until it is so and nothing is under way; where it doesn't come, shows what the builds said.
    #[track_caller]
    pub fn wait(&self, what: &str, is_so: impl Fn() -> bool) {
        let began = Instant::now();
        while !(is_so() && at_rest(&self.aws)) {
            if began.elapsed() > PATIENCE {
                let deliveries = self.gitlab.deliveries();
                panic!("{what}: it didn't come. {deliveries:#?}\n{}\n{}", self.said(), said(&self.aws));
            }
            std::thread::sleep(PAUSE);
        }
    }

    /// GitLab's delivery of this commit, once it was answered.
    #[track_caller]
    pub fn answer(&self, commit: &str) -> Delivery {
        let answered = || {
            let deliveries = self.gitlab.deliveries().into_iter();
            deliveries.filter(|delivery| delivery.commit == commit).find(|delivery| delivery.status.is_some())
        };
        self.wait("the webhook's answer", || answered().is_some());
        answered().expect("it is there")
    }

    /// The webhook's builds.
    pub fn builds(&self) -> Vec<Value> {
        let project = json!({"projectName": "paas_gitlab-webhook_gitlab"});
        let ids = self.look("codebuild", "list_builds_for_project", &project)["ids"].take();
        if ids == json!([]) {
            return vec![];
        }
        let found = self.look("codebuild", "batch_get_builds", &json!({ "ids": ids }))["builds"].take();
        found.as_array().expect("a list").clone()
    }

    /// What the webhook's function and its builds have printed.
    pub fn said(&self) -> String {
        let groups = self.shared.output("log_groups");
        let groups = groups.as_object().expect("an object").values();
        let of = |group: &Value| {
            let events = self.look("logs", "filter_log_events", &json!({ "logGroupName": group }));
            let events = events["events"].as_array().expect("a list").clone();
            events.iter().map(|event| event["message"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        groups.flat_map(of).collect::<Vec<_>>().join("\n")
    }

    /// The files of the archive that the tenant's pipeline of this kind begins with, by name.
    pub fn archive(&self, tenant: &Tenant<'_>, kind: Kind) -> BTreeMap<String, String> {
        let found = self.look("s3", "get_object", &json!({"Bucket": tenant.bucket, "Key": tenant.key(kind)}));
        let bytes = STANDARD.decode(found["Body"].as_str().expect("bytes")).expect("base64");
        let mut archive = ZipArchive::new(Cursor::new(bytes)).expect("an archive");
        let mut files = BTreeMap::new();
        for index in 0..archive.len() {
            // The harness's library only stores, and zip deflates what becomes smaller by it.
            let mut file = archive.by_index_raw(index).expect("a file");
            let (name, method) = (file.name().expect("a name").into_owned(), file.compression());
            let (mut bytes, mut text) = (vec![], String::new());
            file.read_to_end(&mut bytes).expect("it is there");
            match method {
                CompressionMethod::Stored => bytes.as_slice().read_to_string(&mut text),
                _ => DeflateDecoder::new(bytes.as_slice()).read_to_string(&mut text),
            }
            .expect("a text");
            files.insert(name, text);
        }
        files
    }
}

/// Teams' tenants, whose pipelines bake and deploy them.
pub struct Teams {
    workspace: Workspace,
    baking: Baking,
}

impl Teams {
    /// None without Packer: it has been said then what is left out.
    pub fn of(stage: &Stage) -> Option<Self> {
        let baking = Baking::of(&stage.aws).expect("there are provider and Terraform")?;
        // Beside `modules/`: a module that lies elsewhere may not call its neighbours.
        let folder = stage.shared.sibling(MODULES).folder().join("../teams");
        fs::create_dir_all(&folder).expect("there is room");
        let template = root().join("provider/paas/src/resources/infrastructure_pipeline/files/image.pkr.hcl");
        let template = fs::read_to_string(&template).expect("the checkout holds it");
        assert_eq!(template.matches(MANIFEST).count(), 1);
        let workspace = stage.shared.sibling(MODULES).at(&folder);
        let scripted = template.replace(MANIFEST, SCRIPTS_BESIDE_PACKER);
        workspace.write("image.pkr.hcl", &scripted);
        let template = "packer = { template = file(\"image.pkr.hcl\"), ";
        let bake = baking.bake.replacen("packer = { ", template, 1);
        Some(Self { workspace, baking: Baking { bake, ..baking } })
    }

    /// Applies tenants: each with its host, and what starts its pipelines, `S3` or `CLOUDTRAIL`.
    #[track_caller]
    pub fn apply(&self, tenants: &[(&str, &str, &str)]) {
        let Baking { bake, deploy } = &self.baking;
        let mut text = hcl::PROVIDER_SOURCE.to_owned() + "provider \"paas\" {}\n";
        for (name, host, trigger) in tenants {
            let _ = write!(
                text,
                "module \"{name}\" {{\n  source = \"../modules/tenant\"\n  environment = \"dev\"\n  name = \"{name}\"\n  \
                 hosts = [\"{host}\"]\n  pipeline = {{ trigger = \"{trigger}\" }}\n  infrastructure_pipeline = {{\n\
                 trigger = \"{trigger}\"\n{bake}deploy = {{\n{deploy}}}\n}}\n}}\n\
                 output \"{name}\" {{\n  value = module.{name}.infrastructure_pipeline.pipeline_name\n}}\n",
            );
        }
        self.workspace.write("main.tf", &text);
        self.workspace.get().expect_success();
        self.workspace.apply(&[]).expect_success();
    }

    /// The name of a tenant's infrastructure pipeline.
    pub fn pipeline(&self, name: &str) -> String {
        self.workspace.output(name).as_str().expect("it is an output").to_owned()
    }
}

//! A small site: what it is made of, and its wiring.

use composite::{Child, Cx, Diff, Error, Graph, Id, Json, Order, Value};
use serde::{Deserialize, Serialize};

use crate::cloud::{Cloud, Wanted};

pub struct World {
    pub cloud: Cloud,
    /// A deliberate bug in the children.
    pub find: Find,
}

#[derive(Clone, Copy, PartialEq)]
pub enum Find {
    Right,
    IgnoresNot,
    FindsNothing,
}

/// What others refer to: kind and id, since ids alone are not unique.
pub type Out = String;

pub fn out(kind: &str, id: &str) -> Out {
    format!("{kind}/{id}")
}

/// Declares a child: its fields, which of them refer to others, which can't change in place, and its fixed name.
macro_rules! child {
    ($(#[$meta:meta])* $kind:literal $child:ident { $($field:ident: $type:ty),* }
     refs: [$($to:ident),*], fixed: [$($fixed:ident),*] $(, name: $name:literal)?) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        pub struct $child { $(pub $field: $type),* }

        impl $child {
            fn wanted(&self) -> Wanted {
                let refs: [Vec<Out>; _] = [$(Refs::ids(&self.$to)),*];
                Wanted { spec: serde_json::to_value(self).unwrap(), refs: refs.concat() }
            }
        }

        impl Child for $child {
            const KIND: &'static str = $kind;
            const REPLACE: Order = if name!($($name)?).is_some() { Order::DeleteFirst } else { Order::CreateFirst };
            type World = World;
            type Out = Out;

            fn diff(&self, saw: &Self) -> Diff {
                $(if self.$fixed != saw.$fixed { return Diff::Replace(stringify!($fixed)) })*
                if self == saw { Diff::Same } else { Diff::Update }
            }
            async fn find(&self, cx: &Cx<'_, World>) -> Result<Option<Id>, Error> {
                match cx.world.find {
                    Find::Right => cx.world.cloud.find($kind, cx.key, cx.not).await,
                    Find::IgnoresNot => cx.world.cloud.find($kind, cx.key, &[]).await,
                    Find::FindsNothing => Ok(None),
                }
            }
            async fn create(&self, cx: &Cx<'_, World>) -> Result<Id, Error> {
                cx.world.cloud.create($kind, cx.key, name!($($name)?), self.wanted()).await
            }
            async fn sync(&self, cx: &Cx<'_, World>, id: &Id) -> Result<Out, Error> {
                let wanted = self.wanted();
                loop {
                    match cx.world.cloud.describe($kind, id).await? {
                        None => return Err(Error::message("vanished")),
                        Some((spec, _)) if matches!(self.diff(&spec_of(&spec)), Diff::Replace(_)) => {
                            return Err(Error::message("can't change in place"));
                        }
                        Some((spec, _)) if spec != wanted.spec => {
                            cx.world.cloud.update($kind, id, self.wanted(), cx.staying).await?;
                        }
                        Some((_, true)) => return Ok(out($kind, id)),
                        Some((_, false)) => stop(cx)?,
                    }
                }
            }
            async fn read(cx: &Cx<'_, World>, id: &Id) -> Result<Option<(Self, Out)>, Error> {
                let described = cx.world.cloud.describe($kind, id).await?;
                Ok(described.map(|(spec, _)| (spec_of(&spec), out($kind, id))))
            }
            async fn users(cx: &Cx<'_, World>, id: &Id) -> Result<Option<String>, Error> {
                if $kind == Subnet::KIND { cx.world.cloud.users($kind, id).await } else { Ok(None) }
            }
            async fn delete(cx: &Cx<'_, World>, id: &Id) -> Result<(), Error> {
                loop {
                    match cx.world.cloud.delete($kind, id).await {
                        Err(refused) if refused.is_in_use() && !cx.may_stay => stop(cx)?,
                        deleted => break deleted?,
                    }
                }
                while cx.world.cloud.describe($kind, id).await?.is_some() {
                    stop(cx)?;
                }
                Ok(())
            }
        }
    };
}
macro_rules! name {
    () => {
        None::<&str>
    };
    ($name:literal) => {
        Some($name)
    };
}

fn spec_of<C: Child>(spec: &Json) -> C {
    serde_json::from_value(spec.clone()).unwrap()
}

fn stop(cx: &Cx<'_, World>) -> Result<(), Error> {
    if cx.cancel.is_cancelled() { Err(Error::message("stopped").cancelled()) } else { Ok(()) }
}

trait Refs {
    fn ids(&self) -> Vec<Out>;
}
impl Refs for Out {
    fn ids(&self) -> Vec<Out> {
        vec![self.clone()]
    }
}
impl Refs for Vec<Out> {
    fn ids(&self) -> Vec<Out> {
        self.clone()
    }
}

child! { "net" Net { cidr: String } refs: [], fixed: [cidr] }
child! { "subnet" Subnet { net: Out, zone: String } refs: [net], fixed: [net, zone] }
child! { "group" Group { net: Out, ports: Vec<u16> } refs: [net], fixed: [net] }
child! { "role" Role { path: String } refs: [], fixed: [path], name: "acme" }
child! { "profile" Profile { role: Out } refs: [role], fixed: [role], name: "acme" }
child! { "balancer" Balancer { subnets: Vec<Out>, group: Out, size: u32 } refs: [subnets, group], fixed: [] }
child! { "server" Server { profile: Out, group: Out, balancer: Out, image: String } refs: [profile, group, balancer], fixed: [image] }
child! { "cache" Cache { group: Out } refs: [group], fixed: [] }

composite::children! {
    catalogue: pub static CATALOGUE: Catalogue<World>;
    Net, Subnet, Group, Role, Profile, Balancer, Server, Cache,
}

/// What the user writes.
#[derive(Clone)]
pub struct Site {
    pub cidr: &'static str,
    pub zones: &'static [&'static str],
    pub ports: &'static [u16],
    pub size: u32,
    pub path: &'static str,
    pub image: &'static str,
    pub cache: bool,
}

pub fn wire(site: &Site) -> Graph<'_, World> {
    let mut g = Graph::new();
    let cidr = g.input(Value::Known(site.cidr.to_owned()));
    let net = g.child("net", cidr, |cidr| Net { cidr });
    let subnets: Vec<_> = site
        .zones
        .iter()
        .map(|zone| {
            g.child(format!("subnet.{zone}"), net, move |net| Subnet { net, zone: (*zone).to_owned() })
        })
        .collect();
    let group = g.child("group", net, |net| Group { net, ports: site.ports.to_vec() });
    let role = g.child("role", (), |()| Role { path: site.path.to_owned() });
    let profile = g.child("profile", role, |role| Profile { role });
    let place = g.map((subnets, group), |(subnets, group)| (subnets, group));
    let balancer =
        g.child("balancer", place, |(subnets, group)| Balancer { subnets, group, size: site.size });
    let server = g.child("server", (profile, group, balancer), |(profile, group, balancer)| Server {
        profile,
        group,
        balancer,
        image: site.image.to_owned(),
    });
    let cache = site.cache.then(|| g.child("cache", group, |group| Cache { group }));
    g.export("address", (balancer, server), |(balancer, server)| format!("{balancer}/{server}"));
    g.export("cache", cache, |cache| cache);
    g
}

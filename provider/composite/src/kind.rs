//! Type erasure, once: from typed children to what ledgers and walks can hold, and the catalogue that leads back.

use std::any::Any;
use std::sync::Arc;

use futures::future::{BoxFuture, FutureExt};
use serde::Serialize;

use crate::{Child, Cx, Diff, Error, Id, Json, Order};

/// An out, or an input, of a type that only its [`Node`](crate::Node) knows.
pub(crate) type Out = Arc<dyn Any + Send + Sync>;

type Answer<'a, T> = BoxFuture<'a, Result<T, Error>>;

/// A spec as seen and its out, if the object is there.
type Seen = Option<(Json, Json)>;

/// One type of children: all that can be done with no spec at hand, given an id from a ledger.
pub struct Kind<W: 'static> {
    name: &'static str,
    replace: Order,
    read: for<'a> fn(&'a Cx<'a, W>, &'a Id) -> Answer<'a, Seen>,
    users: for<'a> fn(&'a Cx<'a, W>, &'a Id) -> Answer<'a, Option<String>>,
    delete: for<'a> fn(&'a Cx<'a, W>, &'a Id) -> Answer<'a, ()>,
    out: fn(&Json) -> Option<Out>,
}

impl<W: Send + Sync + 'static> Kind<W> {
    /// The kind of `C`.
    #[must_use]
    pub const fn of<C: Child<World = W>>() -> Self {
        Self {
            name: C::KIND,
            replace: C::REPLACE,
            read: |cx, id| {
                C::read(cx, id).map(|r| Ok(r?.map(|(saw, out)| (encode(&saw), encode(&out))))).boxed()
            },
            users: |cx, id| C::users(cx, id).boxed(),
            delete: |cx, id| C::delete(cx, id).boxed(),
            out: |out| serde_json::from_value::<C::Out>(out.clone()).ok().map(|out| Arc::new(out) as Out),
        }
    }
}

impl<W> Kind<W> {
    /// [`Child::KIND`].
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// [`Child::REPLACE`].
    #[must_use]
    pub const fn replace(&self) -> Order {
        self.replace
    }

    /// [`Child::read`]: the spec as seen and the out, as JSON.
    ///
    /// # Errors
    /// Those of the child's `read`.
    pub async fn read<'a>(&self, cx: &'a Cx<'a, W>, id: &'a Id) -> Result<Option<(Json, Json)>, Error> {
        (self.read)(cx, id).await
    }

    /// [`Child::users`].
    ///
    /// # Errors
    /// Those of the child's `users`.
    pub async fn users<'a>(&self, cx: &'a Cx<'a, W>, id: &'a Id) -> Result<Option<String>, Error> {
        (self.users)(cx, id).await
    }

    /// [`Child::delete`].
    ///
    /// # Errors
    /// Those of the child's `delete`.
    pub async fn delete<'a>(&self, cx: &'a Cx<'a, W>, id: &'a Id) -> Result<(), Error> {
        (self.delete)(cx, id).await
    }

    /// `None` if today's type can't read it: an older version of it wrote it.
    pub(crate) fn out(&self, out: &Json) -> Option<Out> {
        (self.out)(out)
    }
}

/// A spec of a type that is known no more.
pub(crate) trait Spec<W>: Send + Sync {
    fn json(&self) -> Json;
    /// `None` if today's type can't read `saw`: an older version of it wrote it.
    fn diff(&self, saw: &Json) -> Option<Diff>;
    fn find<'a>(&'a self, cx: &'a Cx<'a, W>) -> Answer<'a, Option<Id>>;
    fn create<'a>(&'a self, cx: &'a Cx<'a, W>) -> Answer<'a, Id>;
    fn sync<'a>(&'a self, cx: &'a Cx<'a, W>, id: &'a Id) -> Answer<'a, Json>;
}

impl<C: Child> Spec<C::World> for C {
    fn json(&self) -> Json {
        encode(self)
    }
    fn diff(&self, saw: &Json) -> Option<Diff> {
        serde_json::from_value(saw.clone()).ok().map(|saw| Child::diff(self, &saw))
    }
    fn find<'a>(&'a self, cx: &'a Cx<'a, C::World>) -> Answer<'a, Option<Id>> {
        Child::find(self, cx).boxed()
    }
    fn create<'a>(&'a self, cx: &'a Cx<'a, C::World>) -> Answer<'a, Id> {
        Child::create(self, cx).boxed()
    }
    fn sync<'a>(&'a self, cx: &'a Cx<'a, C::World>, id: &'a Id) -> Answer<'a, Json> {
        Child::sync(self, cx, id).map(|out| Ok(encode(&out?))).boxed()
    }
}

pub(crate) fn encode(data: &impl Serialize) -> Json {
    serde_json::to_value(data).expect("specs, outs and exports are plain data with text keys")
}

/// A child that is in a catalogue. Implemented by [`children!`](crate::children) alone, so a child that is missing from
/// the catalogue, and which refresh and destroy could not find, doesn't compile in a graph.
pub trait Registered: Child {
    /// The way from a ledger's text back to this type.
    const REGISTERED: &'static Kind<Self::World>;
}

/// All kinds that ledgers may name.
pub struct Catalogue<W: 'static> {
    kinds: &'static [&'static Kind<W>],
}

impl<W> Catalogue<W> {
    /// What [`children!`](crate::children) calls.
    ///
    /// # Panics
    /// When two kinds have one name; in a `static`, that is an error of the compiler.
    #[must_use]
    pub const fn new(kinds: &'static [&'static Kind<W>]) -> Self {
        let mut a = 0;
        while a < kinds.len() {
            let mut b = a + 1;
            while b < kinds.len() {
                assert!(
                    !same(kinds[a].name.as_bytes(), kinds[b].name.as_bytes()),
                    "two children have the same KIND"
                );
                b += 1;
            }
            a += 1;
        }
        Self { kinds }
    }

    /// The kind of that name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&'static Kind<W>> {
        self.kinds.iter().find(|kind| kind.name == name).copied()
    }

    /// All of them, as declared.
    #[must_use]
    pub const fn kinds(&self) -> &'static [&'static Kind<W>] {
        self.kinds
    }
}

// `==` on slices isn't const yet.
const fn same(a: &[u8], b: &[u8]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    let mut at = 0;
    while at < a.len() {
        if a[at] != b[at] {
            return false;
        }
        at += 1;
    }
    true
}

/// Declares the catalogue: every child type whose objects a ledger may hold.
///
/// ```text
/// composite::children! {
///     catalogue: pub static CATALOGUE: Catalogue<World>;
///     Vpc, Subnet, NatGateway,
/// }
/// ```
#[macro_export]
macro_rules! children {
    ($(#[$meta:meta])* catalogue: $vis:vis static $name:ident: Catalogue<$world:ty>; $($child:ty),+ $(,)?) => {
        $(impl $crate::Registered for $child {
            const REGISTERED: &'static $crate::Kind<$world> = &$crate::Kind::of::<$child>();
        })+
        $(#[$meta])*
        $vis static $name: $crate::Catalogue<$world> =
            $crate::Catalogue::new(&[$(<$child as $crate::Registered>::REGISTERED),+]);
    };
}

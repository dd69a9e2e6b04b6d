//! Who and what the generated events are about.

use crate::{
    acl::{Acl, Right},
    category::Severity,
    id::Random,
    identity::{Caller, Claim},
};

/// A resource type and what can be done with one.
#[derive(Debug)]
pub(super) struct Kind {
    pub(super) name: &'static str,
    pub(super) operations: &'static [Operation],
}

#[derive(Debug)]
pub(super) struct Operation {
    pub(super) name: &'static str,
    pub(super) category: &'static str,
    pub(super) severity: Severity,
}

const fn crud(name: &'static str) -> Operation {
    Operation { name, category: "crud", severity: Severity::Medium }
}

const fn action(name: &'static str, severity: Severity) -> Operation {
    Operation { name, category: "action", severity }
}

/// Ordered by how many there are of each.
const KINDS: [Kind; 6] = [
    Kind {
        name: "nuvlabox",
        operations: &[
            crud("edit"),
            action("activate", Severity::Medium),
            action("commission", Severity::Medium),
            action("reboot", Severity::High),
            action("check-api", Severity::Low),
            action("update-nuvlabox", Severity::Critical),
            action("add-ssh-key", Severity::High),
        ],
    },
    Kind {
        name: "deployment",
        operations: &[
            crud("add"),
            crud("edit"),
            action("start", Severity::Medium),
            action("stop", Severity::Medium),
            action("update", Severity::Medium),
        ],
    },
    Kind { name: "job", operations: &[crud("add"), crud("edit")] },
    Kind { name: "infrastructure-service", operations: &[crud("add"), crud("edit"), crud("delete")] },
    Kind { name: "deployment-set", operations: &[action("plan", Severity::Low), action("bulk-start", Severity::High)] },
    Kind { name: "module", operations: &[crud("edit"), action("publish", Severity::Medium)] },
];

/// One resource.
#[derive(Debug)]
pub(super) struct Thing {
    pub(super) href: String,
    pub(super) kind: &'static Kind,
    pub(super) acl: Acl,
}

/// All users and resources.
#[derive(Debug)]
pub(super) struct Fleet {
    users: Vec<Caller>,
    things: Vec<Thing>,
}

impl Fleet {
    pub(super) fn new(random: &mut Random, things: usize, users: usize) -> Self {
        let groups: Vec<Claim> = (0..users.div_ceil(8).max(2)).map(|at| claim(&format!("group/fleet-{at}"))).collect();
        let users: Vec<Caller> = (0..users.max(1)).map(|at| user(random, at, &groups)).collect();
        let things = (0..things.max(1)).map(|_| thing(random, &users, &groups)).collect();
        Self { users, things }
    }

    /// A user; some act much more often than others.
    pub(super) fn user(&self, random: &mut Random) -> &Caller {
        &self.users[skewed(random, self.users.len())]
    }

    /// A resource; some are busier than others.
    pub(super) fn thing(&self, random: &mut Random) -> &Thing {
        &self.things[skewed(random, self.things.len())]
    }
}

/// Low numbers more often than high ones.
fn skewed(random: &mut Random, limit: usize) -> usize {
    let (one, other) = (random.below(limit), random.below(limit));
    if random.one_in(3) { one } else { one.min(other) / 2 }
}

fn user(random: &mut Random, number: usize, groups: &[Claim]) -> Caller {
    if number == 7 {
        return Caller::anonymous();
    }
    let id = format!("user/{}", random.uuid());
    let session = format!("session/{}", random.uuid());
    let group = random.pick(groups).as_str();
    let caller = Caller::user(&id)
        .and_then(|caller| if random.one_in(3) { Ok(caller) } else { caller.in_session(&session) })
        .and_then(|caller| caller.with_claim("group/nuvla-user"))
        .and_then(|caller| caller.with_claim(group))
        .and_then(|caller| if random.one_in(2) { caller.acting_as(group) } else { Ok(caller) });
    caller.expect("uuids and numbered groups are claims")
}

fn thing(random: &mut Random, users: &[Caller], groups: &[Claim]) -> Thing {
    let kind = &KINDS[random.below(KINDS.len()).min(random.below(KINDS.len()))];
    let href = format!("{}/{}", kind.name, random.uuid());
    let owner = match &random.pick(users).user_id {
        Some(user) if random.one_in(2) => user.clone(),
        _ => random.pick(groups).clone(),
    };
    let mut acl = Acl::owned_by(owner);
    let rights = [
        (2, Right::ViewData),
        (2, Right::ViewMeta),
        (4, Right::EditData),
        (6, Right::ViewAcl),
        (8, Right::Delete),
        (4, Right::Manage),
    ];
    for (times, right) in rights {
        if random.one_in(times) {
            acl = acl.granting(right, random.pick(groups).clone());
        }
    }
    if random.one_in(20) {
        acl = Acl::admin();
    }
    Thing { href, kind, acl }
}

fn claim(text: &str) -> Claim {
    text.parse().expect("a group and a number are a claim")
}

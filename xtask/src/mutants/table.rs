//! The mutations. Each is a mistake that somebody could make in the order logic, as an exact replacement of text: where
//! the text is not there exactly once, the table is behind the code and says so.

/// One replacement.
pub(super) struct Edit {
    pub(super) file: &'static str,
    pub(super) from: &'static str,
    pub(super) to: &'static str,
}

/// One mistake.
pub(super) struct Mutation {
    pub(super) name: &'static str,
    /// What the bot does wrong with it.
    pub(super) about: &'static str,
    pub(super) edits: &'static [Edit],
    /// What the run is told beside its seeds, where the mistake needs a certain world to show.
    pub(super) with: &'static [&'static str],
}

const EXPOSURE: &str = "crates/mm-core/src/risk/exposure.rs";
const RECORD: &str = "crates/mm-model/src/record.rs";
const BOOK: &str = "crates/mm-model/src/book.rs";
const STORY: &str = "crates/mm-core/src/tracking_limit/story.rs";
const LOOKUPS: &str = "crates/mm-core/src/driver/lookups.rs";
const ANSWERS: &str = "crates/mm-core/src/driver/answers.rs";

pub(super) const MUTATIONS: &[Mutation] = &[
    Mutation {
        name: "merge-rule",
        about: "a late word that an order is open opens it again after its end",
        edits: &[Edit {
            file: RECORD,
            from: "        if self.stage >= Stage::Open {\n            return Joined::default();\n        }\n        let anomaly = self.contradicted();",
            to: "        if self.stage == Stage::Open {\n            return Joined::default();\n        }\n        let anomaly = self.contradicted();",
        }],
        with: &[],
    },
    Mutation {
        name: "remaining-size",
        about: "a tracking limit order posts its whole target anew, whatever was filled",
        edits: &[Edit {
            file: "crates/mm-core/src/tracking_limit/decide.rs",
            from: "if left.is_zero() || left < min { Rest::Done } else { Rest::Post(left) }",
            to: "if left.is_zero() || left < min { Rest::Done } else { Rest::Post(target) }",
        }],
        with: &[],
    },
    Mutation {
        name: "waiting-for-the-cancel",
        about: "a tracking limit order posts again when the cancel was sent, not when the end is proven",
        edits: &[
            Edit {
                file: STORY,
                from: "            n_cancels += 1;\n",
                to: "            n_cancels += 1;\n            if n_cancels == 1 {\n                return Ok(());\n            }\n",
            },
            Edit {
                file: STORY,
                from: "            if let Some(mut order) = self.placed.live() {",
                to: "            if let Some(mut order) = self.placed.live().filter(|_| false) {",
            },
        ],
        with: &[],
    },
    Mutation {
        name: "nonce-rule",
        about: "a lane that was told that its number is out of turn goes on with that number",
        edits: &[Edit {
            file: "crates/mm-venues/src/lighter/client/nonces.rs",
            from: "            Spent::No | Spent::OutOfTurn | Spent::Unknown => lane.lose(now),",
            to: "            Spent::No | Spent::Unknown => lane.lose(now),\n            Spent::OutOfTurn => {}",
        }],
        with: &["--venues", "lighter"],
    },
    Mutation {
        name: "resend-after-login",
        about: "what nobody answered for is taken for refused by the login, signed anew and sent again",
        edits: &[
            Edit {
                file: "crates/mm-venues/src/grvt/client/reply.rs",
                from: "            if is_about_login(&said) {\n                return match account.login.refused(now, login) {",
                to: "            if matches!(said, Said::Nothing(_)) {\n                return Ok(Next::Resend);\n            }\n            if is_about_login(&said) {\n                return match account.login.refused(now, login) {",
            },
            Edit {
                file: "crates/mm-venues/src/grvt/client/reply.rs",
                from: "            Ok(Next::Resend) => account.keep_signed(call),\n",
                to: "            Ok(Next::Resend) => account.forget_signed(call),\n",
            },
        ],
        with: &["--venues", "grvt"],
    },
    Mutation {
        name: "journal-write",
        about: "an order leaves without having been written down",
        edits: &[Edit {
            file: "crates/mm-core/src/venue/commands.rs",
            from: "        self.shared.journal.write(now, &made).map_err(|why| why.to_string())\n",
            to: "        let _ = (now, &made);\n        Ok(())\n",
        }],
        with: &[],
    },
    Mutation {
        name: "dedupe-by-trade-id",
        about: "a trade that is told again counts again",
        edits: &[Edit {
            file: RECORD,
            from: "            Ok(at) => {\n                let anomaly = (self.fills[at] != counted).then_some(Anomaly::ConflictingFill(fill.trade_id));\n                return Joined { anomaly, ..Joined::default() };\n            }\n            Err(at) => at,",
            to: "            Ok(at) | Err(at) => at,",
        }],
        with: &[],
    },
    Mutation {
        name: "absence-from-an-incomplete-snapshot",
        about: "an order that the venue does not know yet, or not any more, counts as never arrived at once",
        edits: &[
            Edit { file: LOOKUPS, from: "mode, complete: true } if", to: "mode, .. } if" },
            Edit {
                file: LOOKUPS,
                from: "        if ended.running.sent_at < sent_for_good {\n            return false;\n        }\n",
                to: "        let _ = sent_for_good;\n",
            },
            Edit {
                file: LOOKUPS,
                from: "const ABSENT_ROUNDS: u32 = 2;",
                to: "const ABSENT_ROUNDS: u32 = 1;",
            },
        ],
        with: &[],
    },
    Mutation {
        name: "gap-detection",
        about: "a book goes on over changes that are missing",
        edits: &[Edit {
            file: BOOK,
            from: "            Some(seq) if delta.prev == seq || (!self.joined && delta.prev < seq) => {",
            to: "            Some(_) => {",
        }],
        with: &[],
    },
    Mutation {
        name: "stale-book",
        about: "orders are priced from a book that nothing was heard of for long",
        edits: &[Edit {
            file: BOOK,
            from: "        if age > stale_after {",
            to: "        if age > stale_after.saturating_mul(1_000) {",
        }],
        with: &[],
    },
    Mutation {
        name: "exposure-count",
        about: "the risk gate counts no orders that are live",
        edits: &[
            Edit {
                file: EXPOSURE,
                from: "            self.lots += lots;\n            self.worth += worth;\n",
                to: "",
            },
            Edit {
                file: EXPOSURE,
                from: "            self.lots -= lots;\n            self.worth -= worth;\n",
                to: "",
            },
        ],
        with: &[],
    },
    Mutation {
        name: "inferred-end",
        about: "an order that we took for never arrived stays so when the venue shows it",
        edits: &[
            Edit {
                file: RECORD,
                from: "        if self.stage >= Stage::Open {\n            return Joined::default();\n        }\n        let anomaly = self.contradicted();",
                to: "        if self.stage >= Stage::Open || matches!(self.unsure, Some(Unsure::NeverArrived(_))) {\n            return Joined::default();\n        }\n        let anomaly = self.contradicted();",
            },
            Edit {
                file: LOOKUPS,
                from: "        if ended.running.sent_at < sent_for_good {\n            return false;\n        }\n",
                to: "        let _ = sent_for_good;\n",
            },
        ],
        with: &[],
    },
    Mutation {
        name: "unknown-is-rejected",
        about: "an order whose answer was lost counts as refused",
        edits: &[Edit {
            file: ANSWERS,
            from: "            self.shared.orders.apply(id, now, Update::Unsure(Unsure::Outcome(now)));\n            self.upkeep.want(Chore::Lookup(id), now);\n",
            to: "            self.shared.orders.apply(id, now, Update::NotSent(\"no answer\"));\n",
        }],
        with: &[],
    },
    Mutation {
        name: "told-and-traded-add-up",
        about: "the venue's cumulative figure and the trades behind it are added up",
        edits: &[Edit {
            file: RECORD,
            from: "        self.said.max(self.fills_sum)\n    }\n\n    /// What can still be filled",
            to: "        self.said.plus(self.fills_sum)\n    }\n\n    /// What can still be filled",
        }],
        with: &[],
    },
];

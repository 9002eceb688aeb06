//! Where a venue's lists go on, for client halves: an ask has no room for a venue's cursor, so a time in it stands for one.
//! Such times lie at the end of the era, where no question of anybody's begins.

use std::collections::VecDeque;

use mm_model::{CallError, Timestamp};

/// Pages of lists that may be asked for at a time.
const PAGES_MAX: usize = 8;

/// The pages that are to be asked for.
#[derive(Debug, Default)]
pub(crate) struct Pages {
    pages: VecDeque<Page>,
    n_made: u64,
}

/// A page that is to be asked for.
#[derive(Clone, Debug)]
pub(crate) struct Page {
    stands_for: Timestamp,
    /// What the list was first asked for.
    pub(crate) since: Timestamp,
    /// Where the venue says that it goes on; empty: the list once more, from its beginning.
    pub(crate) cursor: String,
}

impl Page {
    /// Whether it is the list's first page, asked for in another way.
    pub(crate) fn is_the_list_again(&self) -> bool {
        self.cursor.is_empty()
    }
}

impl Pages {
    /// The time that stands for the page after this one.
    pub(crate) fn go_on(&mut self, since: Timestamp, cursor: &str) -> Timestamp {
        self.n_made = (self.n_made + 1) % u64::from(u32::MAX);
        let stands_for = Timestamp(u64::MAX - self.n_made);
        if self.pages.len() == PAGES_MAX {
            self.pages.pop_front();
        }
        self.pages.push_back(Page { stands_for, since, cursor: cursor.to_owned() });
        stands_for
    }

    /// The time that stands for the list from its beginning, to be asked for in another way.
    pub(crate) fn again(&mut self, since: Timestamp) -> Timestamp {
        self.go_on(since, "")
    }

    /// The page that a time stands for; `None` for a time as such.
    ///
    /// # Errors
    /// When it stands for a page that was forgotten.
    pub(crate) fn find(&self, time: Timestamp) -> Result<Option<&Page>, CallError> {
        if time.0 < u64::MAX - u64::from(u32::MAX) {
            return Ok(None);
        }
        let page = self.pages.iter().find(|page| page.stands_for == time);
        page.map(Some).ok_or_else(|| CallError::NotSent("where the list goes on is forgotten".to_owned()))
    }

    /// What the list that a time belongs to was first asked for.
    pub(crate) fn since(&self, time: Timestamp) -> Timestamp {
        self.find(time).ok().flatten().map_or(time, |page| page.since)
    }
}

//! How the orders of a group hang together.

use mm_exchange::{Exchange, Grouping, OrderView};

use crate::lighter::server::{
    markets::index_of,
    records::{Links, OrderIndex},
};

/// The links of each order of a group, in their order: a parent first.
pub(super) fn links(exchange: &Exchange, grouping: Grouping, views: &[OrderView]) -> Vec<Links> {
    let index =
        |view: &OrderView| OrderIndex::of(index_of(exchange, view.order.market), view.order.side, view.id);
    let all: Vec<OrderIndex> = views.iter().map(index).collect();
    let n_parents = usize::from(grouping != Grouping::OneCancelsOther).min(all.len());
    let (parent, legs) = all.split_at(n_parents);
    let child = |n: usize| legs.get(n).copied();
    let twin = |n: usize| legs.iter().copied().enumerate().find(|(other, _)| *other != n).map(|(_, leg)| leg);
    let parents = parent.iter().map(|_| Links { children: [child(0), child(1)], ..Links::default() });
    let legs =
        (0..legs.len()).map(|n| Links { parent: parent.first().copied(), twin: twin(n), ..Links::default() });
    parents.chain(legs).collect()
}

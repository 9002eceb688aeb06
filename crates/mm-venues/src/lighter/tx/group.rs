//! The bounds of a group of orders (lighter-go `types/txtypes/create_grouped_orders.go` at 17f2d60, 2026-08).

use super::{
    CreateGroupedOrders, Grouping, Order, OrderType, OutOfBounds,
    bounds::{PERPS, check_kind, check_order, within},
};

/// Whether the venue's own signer would sign the group.
///
/// # Errors
/// [`OutOfBounds`].
pub(super) fn check(group: &CreateGroupedOrders) -> Result<(), OutOfBounds> {
    let orders = &group.orders[..];
    let wanted = match group.grouping {
        Grouping::OneTriggersTheOther | Grouping::OneCancelsTheOther => 2,
        Grouping::OneTriggersAOneCancelsTheOther => 3,
    };
    if orders.len() != wanted {
        let rule = format!("a group of type {} has {wanted}", group.grouping.code());
        return Err(OutOfBounds::rule("Orders", orders.len() as i64, &rule));
    }
    within("MarketIndex", orders[0].market, PERPS)?;
    for (n, order) in orders.iter().enumerate() {
        check_order(order)?;
        if order.market != orders[0].market {
            return Err(OutOfBounds::rule("MarketIndex", order.market, "a group has one market"));
        }
        let id = order.client_order_index;
        if id != 0 && orders[..n].iter().any(|other| other.client_order_index == id) {
            return Err(OutOfBounds::rule("ClientOrderIndex", id, "another order of the group has it"));
        }
    }
    match group.grouping {
        Grouping::OneCancelsTheOther => check_pair(orders),
        Grouping::OneTriggersTheOther => check_parent(&orders[0], &orders[1..]),
        Grouping::OneTriggersAOneCancelsTheOther => {
            check_parent(&orders[0], &orders[1..])?;
            check_siblings(&orders[1..])
        }
    }
}

/// Two orders that close the same position.
fn check_pair(orders: &[Order]) -> Result<(), OutOfBounds> {
    let (first, second) = (&orders[0], &orders[1]);
    if first.base_amount != second.base_amount {
        return Err(OutOfBounds::rule("BaseAmount", second.base_amount, "both orders have the same"));
    }
    if first.is_ask != second.is_ask {
        return Err(OutOfBounds::rule("IsAsk", second.is_ask.into(), "both orders stand on the same side"));
    }
    if let Some(order) = orders.iter().find(|order| !order.reduce_only) {
        return Err(OutOfBounds::rule("ReduceOnly", order.reduce_only.into(), "both orders only reduce"));
    }
    for order in orders {
        check_child(order)?;
    }
    check_siblings(orders)
}

/// An order, and those that wait for it.
fn check_parent(parent: &Order, children: &[Order]) -> Result<(), OutOfBounds> {
    if !matches!(parent.order_type, OrderType::Limit | OrderType::Market) {
        let rule = "the first order of a group is a limit or a market order";
        return Err(OutOfBounds::rule("Type", parent.order_type.code().into(), rule));
    }
    check_kind(parent)?;
    for child in children {
        if child.base_amount != 0 {
            return Err(OutOfBounds::rule("BaseAmount", child.base_amount, "that of a child is 0"));
        }
        if child.is_ask == parent.is_ask {
            let rule = "a child stands on the other side";
            return Err(OutOfBounds::rule("IsAsk", child.is_ask.into(), rule));
        }
        if parent.order_expiry != 0 && child.order_expiry != parent.order_expiry {
            let rule = "a child expires with its parent";
            return Err(OutOfBounds::rule("OrderExpiry", child.order_expiry, rule));
        }
        check_child(child)?;
    }
    Ok(())
}

/// A child is triggered.
fn check_child(order: &Order) -> Result<(), OutOfBounds> {
    if stop_loss(order) == take_profit(order) {
        let rule = "such an order of a group is a stop-loss or a take-profit";
        return Err(OutOfBounds::rule("Type", order.order_type.code().into(), rule));
    }
    check_kind(order)
}

/// One loses, the other wins, and both end together.
fn check_siblings(orders: &[Order]) -> Result<(), OutOfBounds> {
    let (first, second) = (&orders[0], &orders[1]);
    if first.order_expiry != second.order_expiry {
        return Err(OutOfBounds::rule("OrderExpiry", second.order_expiry, "both orders expire together"));
    }
    if stop_loss(first) == stop_loss(second) {
        let rule = "one order is a stop-loss, the other a take-profit";
        return Err(OutOfBounds::rule("Type", second.order_type.code().into(), rule));
    }
    Ok(())
}

fn stop_loss(order: &Order) -> bool {
    matches!(order.order_type, OrderType::StopLoss | OrderType::StopLossLimit)
}

fn take_profit(order: &Order) -> bool {
    matches!(order.order_type, OrderType::TakeProfit | OrderType::TakeProfitLimit)
}

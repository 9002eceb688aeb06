//! The tables are read once, so that a slip in one fails here.

use super::*;

#[test]
fn every_table_is_exact_and_names_its_markets_once() {
    for row in VENUES {
        let listings = (row.listings)(&SimConfig::default());
        for (n, listing) in listings.iter().enumerate() {
            let market = &listing.market;
            assert!(market.is_exact(), "{market}");
            assert_eq!(&*market.quote, row.quote, "{market}: accounts are funded with {}", row.quote);
            assert!(listing.start.0 > 100, "{market}: room for a crowd below the start price");
            assert!(
                !listings[..n].iter().any(|other| other.market.symbol == market.symbol),
                "{market} twice"
            );
        }
    }
}

#[test]
fn the_words_of_asks_are_those_that_rules_may_name() {
    use mm_venues::http::Method;
    for row in VENUES {
        for method in [Method::Get, Method::Post, Method::Delete, Method::Patch, Method::Put] {
            for path in ["/", "/api/v1/order", "/api/v1/orders", "/api/v1/position", "/wapi/v1/history/fills"]
            {
                let request = Request { method, path: path.to_owned(), ..Request::default() };
                assert!(ASKS.contains(&(row.ask)(&request)));
            }
        }
    }
}

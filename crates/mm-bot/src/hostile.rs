//! What this program reads itself, under the same hostile input as every other decoder (see mm-fuzz, on which only tests
//! depend here): configurations and key files.

use mm_fuzz::{Campaign, Limits, Target};
use mm_model::printable;

use crate::{
    config::{Source, load},
    registry::VENUES,
};

/// Spoilt inputs for each target.
const CASES: usize = 600;

const CONFIGURATIONS: [&str; 4] = [
    include_str!("../../../conf/smoke_test.yaml"),
    include_str!("../../../conf/smoke_test_backpack.yaml"),
    include_str!("../../../conf/smoke_test_lighter.yaml"),
    include_str!("../../../conf/smoke_test_grvt.yaml"),
];

fn configuration(input: &[u8]) {
    // What is no text does not get here.
    let Ok(text) = std::str::from_utf8(input) else { return };
    let source = Source { file: "bot.yaml".to_owned(), text: text.to_owned() };
    match load(&source, None, std::iter::empty()) {
        Ok(config) => assert!(!config.connectors.is_empty()),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

fn key_file(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    for row in VENUES {
        let Some(keys) = row.keys.parse(text) else { continue };
        assert!(row.keys.needed.iter().all(|name| !keys.text(name).is_empty()));
        let _ = ((row.is_simulated)(&keys), (row.account)(&keys));
    }
}

fn run(target: &Target) {
    let measure = |run: &mut dyn FnMut()| allocation_counter::measure(run).bytes_max;
    let campaign = Campaign { seed: 1, n_cases: CASES, limits: Limits::default(), measure };
    if let Err(failure) = campaign.run(target) {
        panic!("{}", printable(&failure.to_string(), 4_000));
    }
}

#[test]
fn fault_73_74_no_configuration_panics_or_takes_more_than_its_share() {
    let seeds = || CONFIGURATIONS.iter().map(|text| text.as_bytes().to_vec()).collect();
    run(&Target { name: "configuration", run: configuration, seeds });
}

#[test]
fn fault_73_74_no_key_file_panics_or_takes_more_than_its_share() {
    let seeds = || {
        let texts = [
            "api_key: YWJj\napi_secret: ZGVm\n",
            "account_index: 1\napi_key_index: 4\napi_key_private_key: 0x01\nmore_keys: 5:0x02, 6:0x03",
            "api_key: a\nsub_account_id: 7\nprivate_key: 0x01",
        ];
        texts.iter().map(|text| text.as_bytes().to_vec()).collect()
    };
    run(&Target { name: "key_file", run: key_file, seeds });
}

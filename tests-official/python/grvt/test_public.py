"""What everybody may ask, by the synchronous ccxt-style class; nobody is logged in unless it says so."""

import time
import unittest
from decimal import Decimal

from stage import soon
from world import BTC, ETH, SOL, TICKS, World, said

MINUTE_NS = 60 * 10**9


def anybody(world, **options):
    return world.ccxt(api_key="", **options)


class Markets(unittest.TestCase):
    def test_instruments(self):
        with World(701) as world:
            api = anybody(world)
            self.assertIsNone(api._cookie)
            self.assertEqual(set(api.markets), {BTC, ETH, SOL})
            row = api.markets[BTC]
            for key, value in {
                "instrument_hash": "0x030501",
                "base": "BTC",
                "quote": "USDT",
                "kind": "PERPETUAL",
                "settlement_period": "PERPETUAL",
                "base_decimals": 9,
                "quote_decimals": 6,
                "tick_size": "0.1",
                "min_size": "0.001",
                "min_notional": "100.0",
                "funding_interval_hours": 8,
            }.items():
                self.assertEqual(row[key], value, key)
            self.assertIn("ORDERBOOK", row["venues"])
            self.assertEqual(len({it["instrument_hash"] for it in api.markets.values()}), 3)
            self.assertEqual(api.fetch_all_markets(), list(api.markets.values()))
            self.assertEqual(api.fetch_market(BTC), row)
            self.assertEqual(api.fetch_markets({"base": "ETH"}), [api.markets[ETH]])
            self.assertEqual(api.fetch_markets({"kind": "FUTURE"}), [])
            self.assertEqual(len(api.fetch_markets({"quote": "USDT", "limit": 2})), 2)
            api.fetch_market("DOGE_USDT_Perp")
            refusal = said(api, "GET_INSTRUMENT")
            self.assertIn((refusal["code"], refusal["status"]), [(1004, 404), (3000, 400)], refusal)
            self.assertEqual(set(refusal), {"code", "message", "status"})

    def test_books_and_tickers_agree(self):
        with World(702) as world:
            api, ccxt = anybody(world), anybody(world, book_as_ccxt=True)
            for market in (BTC, ETH, SOL):
                world.crowd(market, "pause")
                book = api.fetch_order_book(market, limit=50)
                bids, asks = ([Decimal(it["price"]) for it in book[side]] for side in ("bids", "asks"))
                self.assertEqual((bids, asks), (sorted(bids, reverse=True), sorted(asks)))
                self.assertLess(bids[0], asks[0])
                self.assertLessEqual(10, min(len(bids), len(asks)))
                self.assertEqual({it % TICKS[market] for it in bids + asks}, {0})
                for it in book["bids"] + book["asks"]:
                    self.assertLessEqual(1, it["num_orders"])
                    self.assertLess(0, Decimal(it["size"]))
                self.assertEqual(len(api.fetch_order_book(market)["bids"]), 10)
                self.assertEqual(api.fetch_order_book(market)["asks"], book["asks"][:10])
                as_ccxt = ccxt.fetch_order_book(market)
                self.assertEqual(as_ccxt["symbol"], market)
                self.assertEqual(as_ccxt["bids"], [[it["price"], it["size"]] for it in book["bids"][:10]])

                mini, ticker = api.fetch_mini_ticker(market), api.fetch_ticker(market)
                top = (book["bids"][0]["price"], book["bids"][0]["size"], book["asks"][0]["price"])
                for it in (mini, ticker):
                    self.assertEqual((it["best_bid_price"], it["best_bid_size"], it["best_ask_price"]), top)
                    self.assertEqual(it["instrument"], market)
                    self.assertEqual(Decimal(it["mid_price"]), (bids[0] + asks[0]) / 2)
                    self.assertLess(abs(int(it["event_time"]) - time.time_ns()), MINUTE_NS)
                self.assertLessEqual(set(mini), set(ticker))
                low, high = Decimal(ticker["low_price"]), Decimal(ticker["high_price"])
                self.assertTrue(low <= Decimal(ticker["last_price"]) <= high, ticker)
            api.fetch_order_book(BTC, limit=11)
            self.assertEqual(said(api, "GET_ORDER_BOOK")["code"], 3031)

    def test_trades_are_paged(self):
        with World(703) as world:
            api = anybody(world)
            soon(lambda: len(api.fetch_recent_trades(BTC, 10)) >= 5)
            world.crowd(BTC, "pause")
            recent = api.fetch_recent_trades(BTC, 500)
            times = [int(it["event_time"]) for it in recent]
            self.assertEqual(times, sorted(times, reverse=True), "the newest first")
            for it in recent:
                self.assertEqual((it["instrument"], it["venue"], it["is_rpi"]), (BTC, "ORDERBOOK", False))
                self.assertEqual((Decimal(it["price"]) % TICKS[BTC], it["is_taker_buyer"] in (True, False)), (0, True))
            ids = [it["trade_id"] for it in recent]
            self.assertEqual(len(set(ids)), len(ids))
            self.assertEqual([it["trade_id"] for it in api.fetch_recent_trades(BTC, 3)], ids[:3])

            pages, cursor = [], None
            while cursor != "":
                page = api.fetch_trades(BTC, limit=2, params={"cursor": cursor, "end_time": times[0] + 1})
                pages.append([it["trade_id"] for it in page["result"]])
                cursor = page["next"]
            self.assertEqual(sum(pages, [])[: len(ids)], ids)
            self.assertEqual({len(page) for page in pages[:-1]}, {2})
            since = api.fetch_trades(BTC, since=times[2], limit=100)["result"]
            self.assertEqual([it["trade_id"] for it in since], ids[: len([it for it in times if times[2] <= it])])

    def test_candles(self):
        with World(704) as world:
            api = anybody(world)
            for kind in ("TRADE", "MARK", "INDEX", "MID"):
                for timeframe, minutes in (("1m", 1), ("5m", 5), ("1h", 60), ("1d", 1440)):
                    asked = lambda: api.fetch_ohlcv(BTC, timeframe, limit=5, params={"candle_type": kind})["result"]
                    rows = soon(asked)
                    span = minutes * MINUTE_NS
                    for it in rows:
                        opened, low, high = int(it["open_time"]), Decimal(it["low"]), Decimal(it["high"])
                        self.assertEqual((opened % span, it["instrument"]), (0, BTC))
                        self.assertIn(int(it["close_time"]) - opened, (span, span - 1))
                        self.assertTrue(low <= Decimal(it["open"]) <= high and low <= Decimal(it["close"]) <= high, it)
                    self.assertEqual(rows, sorted(rows, key=lambda it: -int(it["open_time"])), "the newest first")
                    self.assertLess(time.time_ns() - int(rows[0]["open_time"]), 3 * MINUTE_NS + span)
            world.crowd(BTC, "pause")
            (minute,) = api.fetch_ohlcv(BTC, "1m", limit=1)["result"]
            traded = [
                it
                for it in api.fetch_recent_trades(BTC, 500)
                if int(minute["open_time"]) <= int(it["event_time"]) <= int(minute["close_time"])
            ]
            self.assertEqual(minute["trades"], len(traded))
            self.assertEqual(Decimal(minute["volume_b"]), sum(Decimal(it["size"]) for it in traded))
            self.assertEqual((minute["close"], minute["open"]), (traded[0]["price"], traded[-1]["price"]))

    def test_funding(self):
        with World(705) as world:
            api = anybody(world)
            found = api.fetch_funding_rate_history(BTC, limit=10)
            self.assertEqual(found["next"], "")
            for it in found["result"]:
                self.assertEqual((it["instrument"], int(it["funding_time"]) % (8 * 60 * MINUTE_NS)), (BTC, 0))
            ticker = api.fetch_ticker(BTC)
            self.assertLess(abs(Decimal(ticker["funding_rate_8h_curr"])), Decimal("0.5"), "percent")
            ahead = int(ticker["next_funding_time"])
            self.assertEqual(ahead % (8 * 60 * MINUTE_NS), 0)
            self.assertTrue(0 < ahead - time.time_ns() <= 8 * 60 * MINUTE_NS)


if __name__ == "__main__":
    unittest.main()

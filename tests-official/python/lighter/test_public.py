"""What everybody may ask: markets, books, trades, candles, funding, as the SDK's strict models read them."""

import time
import unittest
from decimal import Decimal

import lighter
from lighter.exceptions import BadRequestException
from stage import soon_async
from world import BTC, ETH, ETH_SPOT, SOL, World


class Markets(unittest.IsolatedAsyncioTestCase):
    async def test_markets_have_their_rules(self):
        async with World(501) as world:
            books = {it.market_id: it for it in (await world.orders.order_books()).order_books}
            rules = {
                market: (it.symbol, it.market_type, it.supported_price_decimals, it.supported_size_decimals)
                for market, it in books.items()
            }
            self.assertEqual(
                rules,
                {
                    ETH: ("ETH", "perp", 2, 4),
                    BTC: ("BTC", "perp", 1, 5),
                    SOL: ("SOL", "perp", 3, 3),
                    ETH_SPOT: ("ETH/USDC", "spot", 2, 4),
                },
            )
            eth = books[ETH]
            self.assertEqual((eth.min_base_amount, eth.min_quote_amount), ("0.0050", "10.000000"))
            self.assertEqual((Decimal(eth.maker_fee), Decimal(eth.taker_fee)), (Decimal("0.004"), Decimal("0.028")))
            self.assertEqual({it.status for it in books.values()}, {"active"})
            (spot,) = (await world.orders.order_books(filter="spot")).order_books
            self.assertEqual(spot.market_id, ETH_SPOT)
            (one,) = (await world.orders.order_books(market_id=SOL)).order_books
            self.assertEqual(one.symbol, "SOL")

            details = await world.orders.order_book_details()
            self.assertEqual([it.market_id for it in details.order_book_details], [ETH, BTC, SOL])
            self.assertEqual([it.market_id for it in details.spot_order_book_details], [ETH_SPOT])
            for it in details.order_book_details:
                self.assertLess(0, it.maintenance_margin_fraction)
                self.assertLessEqual(it.maintenance_margin_fraction, it.min_initial_margin_fraction)
                self.assertLess(0, Decimal(it.mark_price))
            assets = {it.asset_id: it.symbol for it in (await world.orders.asset_details()).asset_details}
            self.assertEqual((assets[1], assets[3]), ("ETH", "USDC"))

    async def test_the_venue_says_that_it_stands(self):
        async with World(502) as world:
            root = lighter.RootApi(world.client)
            status = await root.status()
            self.assertLess(abs(status.timestamp - time.time()), 5)
            self.assertTrue((await root.info()).contract_address.startswith("0x"))
            self.assertLess(0, (await lighter.BlockApi(world.client).current_height()).height)

    async def test_questions_that_make_no_sense_are_refused(self):
        async with World(503) as world:
            for ask, code in [
                (world.orders.order_book_orders(77, 5), 21602),
                (world.orders.order_book_orders(ETH, 250 + 1), 20001),
                (world.orders.recent_trades(ETH, 100 + 1), 20001),
                (world.txs.tx(by="hash", value="00" * 40), 21500),
                (world.accounts.account(by="index", value="99"), 21100),
                (world.txs.next_nonce(101, 99), 21109),
                (world.candles.candles(ETH, "1m", 2_000_000, 1_000_000, 5), 22400),
            ]:
                with self.assertRaises(BadRequestException) as refused:
                    await ask
                self.assertEqual(refused.exception.data.code, code, refused.exception)


class MarketData(unittest.IsolatedAsyncioTestCase):
    async def test_books_are_two_sided_and_in_order(self):
        async with World(504) as world:
            for market in (ETH, BTC, SOL, ETH_SPOT):
                book = await world.orders.order_book_orders(market, 250)
                bids = [Decimal(it.price) for it in book.bids]
                asks = [Decimal(it.price) for it in book.asks]
                self.assertLessEqual(10, min(len(set(bids)), len(set(asks))), market)
                self.assertEqual((bids, asks), (sorted(bids, reverse=True), sorted(asks)), "the best come first")
                self.assertLess(bids[0], asks[0])
                self.assertEqual((book.total_bids, book.total_asks), (len(bids), len(asks)))
                orders = book.bids + book.asks
                self.assertEqual({it.order_id for it in orders}, {str(it.order_index) for it in orders})
                self.assertEqual(len(orders), len({it.order_index for it in orders}))
                self.assertLessEqual(1 << 48, min(it.order_index for it in orders))

    async def test_trades_candles_and_statistics_agree(self):
        async with World(505) as world:
            trades = await soon_async(lambda: self.some_trades(world))
            for it in trades:
                self.assertEqual(Decimal(it.price) * Decimal(it.size), Decimal(it.usd_amount))
                self.assertEqual((it.market_id, it.type, len(it.tx_hash)), (ETH, "trade", 80))
                self.assertEqual((it.trade_id_str, it.ask_id_str), (str(it.trade_id), str(it.ask_id)))
                self.assertLess(abs(it.timestamp - time.time() * 1000), 60_000)
            ids = [it.trade_id for it in trades]
            self.assertEqual(ids, sorted(ids, reverse=True), "the newest comes first")
            found = await world.orders.trades("trade_id", 100, market_id=ETH)
            self.assertLessEqual(set(ids), {it.trade_id for it in found.trades})

            now_ms = int(time.time() * 1000)
            candles = await world.candles.candles(ETH, "1m", now_ms - 600_000, now_ms + 60_000, 0)
            self.assertEqual({it.t % 60_000 for it in candles.c}, {0}, "aligned")
            newest = candles.c[-1]
            self.assertLess(now_ms - newest.t, 180_000)
            for it in candles.c:
                self.assertTrue(it.l <= min(it.o, it.c) <= max(it.o, it.c) <= it.h, it)
            marks = await world.candles.mark_price_candles(ETH, "1m", now_ms - 600_000, now_ms + 60_000, 5)
            self.assertTrue(marks.c)

            stats = await world.orders.exchange_stats()
            eth = next(it for it in stats.order_book_stats if it.symbol == "ETH")
            self.assertLessEqual(len(trades), eth.daily_trades_count)
            self.assertLessEqual(eth.daily_trades_count, stats.daily_trades_count)

    async def some_trades(self, world):
        trades = (await world.orders.recent_trades(ETH, 20)).trades
        return trades if len(trades) >= 3 else None

    async def test_funding_is_small_and_of_every_perpetual(self):
        async with World(506) as world:
            rates = (await lighter.FundingApi(world.client).funding_rates()).funding_rates
            ours = [it for it in rates if it.exchange == "lighter"]
            self.assertEqual([it.market_id for it in ours], [ETH, BTC, SOL])
            for it in ours:
                self.assertLessEqual(abs(it.rate), 0.005)
            now = int(time.time())
            past = await world.candles.fundings(ETH, "1h", (now - 86_400) * 1000, now * 1000, 10)
            self.assertEqual((past.resolution, past.fundings), ("1h", []), "no funding interval has passed")


if __name__ == "__main__":
    unittest.main()

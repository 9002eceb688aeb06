"""Every answer that the old generation asks for, read by its strict models: each field there, of its exact type, each
word one that it knows. Reading without an error is most of the judgement."""

import time
import unittest
from decimal import Decimal

import lighter
from lighter.exceptions import ApiException
from stage import soon_async
from world import BTC, ETH, ETH_SPOT, SIZE, SOL, World


class Public(unittest.IsolatedAsyncioTestCase):
    async def test_the_venue_and_its_markets(self):
        async with World(620) as world:
            root = lighter.RootApi(world.client)
            self.assertLess(abs((await root.status()).timestamp - time.time()), 5)
            self.assertTrue((await root.info()).contract_address)
            self.assertLess(0, (await lighter.BlockApi(world.client).current_height()).height)
            self.assertEqual((await lighter.AnnouncementApi(world.client).announcement()).code, 200)
            books = (await world.orders.order_books()).order_books
            self.assertEqual([it.market_id for it in books], [ETH, BTC, SOL, ETH_SPOT])
            self.assertEqual({it.status for it in books}, {"active"})
            (sol,) = (await world.orders.order_books(market_id=SOL)).order_books
            self.assertEqual((sol.symbol, sol.supported_size_decimals), ("SOL", 3))
            details = (await world.orders.order_book_details()).order_book_details
            self.assertEqual([it.symbol for it in details], ["ETH", "BTC", "SOL"])
            self.assertEqual({it.status for it in details}, {"active"})
            (btc,) = (await world.orders.order_book_details(market_id=BTC)).order_book_details
            self.assertEqual((btc.size_decimals, btc.price_decimals), (5, 1))
            stats = await world.orders.exchange_stats()
            self.assertEqual(stats.total, len(stats.order_book_stats))

    async def test_books_trades_candles_and_funding(self):
        async with World(621) as world:
            for market in (ETH, BTC, SOL, ETH_SPOT):
                book = await world.orders.order_book_orders(market, 100)
                self.assertLess(Decimal(book.bids[0].price), Decimal(book.asks[0].price))
            trades = await soon_async(lambda: self.some_trades(world))
            for it in trades:
                self.assertEqual(Decimal(it.price) * Decimal(it.size), Decimal(it.usd_amount))
            for sort in ("block_height", "timestamp", "trade_id"):
                found = (await world.orders.trades(sort, 50, market_id=ETH)).trades
                self.assertLessEqual({it.trade_id for it in trades}, {it.trade_id for it in found})
            now = int(time.time())
            for resolution, seconds in (("1m", 60), ("5m", 300), ("1h", 3600), ("1d", 86_400)):
                past = await world.candles.candlesticks(ETH, resolution, now - 4 * seconds, now + seconds, 5)
                self.assertEqual(past.resolution, resolution)
                self.assertTrue(past.candlesticks, resolution)
                for it in past.candlesticks:
                    self.assertTrue(it.low <= min(it.open, it.close) <= max(it.open, it.close) <= it.high, it)
            past = await world.candles.fundings(ETH, "1h", now - 86_400, now, 5)
            self.assertEqual((past.resolution, past.fundings), ("1h", []))
            rates = (await lighter.FundingApi(world.client).funding_rates()).funding_rates
            self.assertLessEqual({ETH, BTC, SOL}, {it.market_id for it in rates if it.exchange == "lighter"})

    async def some_trades(self, world):
        trades = (await world.orders.recent_trades(ETH, 20)).trades
        return trades if len(trades) >= 3 else None


class Private(unittest.IsolatedAsyncioTestCase):
    async def test_an_account_reads_all_that_it_has(self):
        async with World(622) as world:
            alice, accounts = world.alice(), world.accounts
            _, ask = await world.still()
            await alice.done(alice.signer.create_market_order(ETH, 1, SIZE, ask + 1000, False))
            await alice.done(alice.limit(2, ask - 500))
            await alice.done(alice.limit(3, ask - 501))
            await alice.done(alice.signer.cancel_order(ETH, 3))
            # Both ways in which clients of this age show their tokens.
            for shown in ({"auth": alice.token()}, {"authorization": alice.token()}):
                limits = await accounts.account_limits(alice.index, **shown)
                self.assertEqual(limits.user_tier, "premium")
                found = await world.orders.account_inactive_orders(alice.index, 10, **shown)
                ended = [(it.client_order_index, it.status) for it in found.orders]
                self.assertEqual(ended, [(3, "canceled"), (1, "filled")])
                own = (await world.orders.trades("timestamp", 10, account_index=alice.index, **shown)).trades
                self.assertEqual({it.bid_account_id for it in own}, {alice.index})
                fundings = await accounts.position_funding(alice.index, 10, **shown)
                self.assertEqual(fundings.position_fundings, [])
                txs = (await world.txs.account_txs(10, "account_index", str(alice.index), **shown)).txs
                self.assertEqual([it.type for it in txs], [15, 14, 14, 14])

            account = await alice.account()
            self.assertEqual((account.index, account.total_order_count), (alice.index, 1))
            address = account.l1_address
            (by_owner,) = (await accounts.account(by="l1_address", value=address)).accounts
            self.assertEqual(by_owner.index, alice.index)
            owned = (await accounts.accounts_by_l1_address(address)).sub_accounts
            self.assertEqual([it.index for it in owned], [alice.index])
            (key,) = (await accounts.apikeys(alice.index, alice.key)).api_keys
            self.assertEqual((key.nonce, key.public_key), (4, world.keys("alice")["api_key_public_key"]))
            tx = await world.txs.tx(by="sequence_index", value=str(txs[0].sequence_index))
            self.assertEqual((tx.hash, tx.status), (txs[0].hash, 2))

    async def test_no_token_no_answer(self):
        async with World(623) as world:
            alice = world.alice()
            for shown in ({}, {"auth": "1:2:3:4"}, {"authorization": alice.token()[:-2] + "zz"}):
                with self.assertRaises(ApiException) as refused:
                    await world.accounts.account_limits(alice.index, **shown)
                self.assertIn("20001", str(refused.exception))

    async def test_what_is_not_simulated_says_so(self):
        async with World(624) as world:
            alice = world.alice()
            for ask in (
                world.accounts.account_metadata(by="index", value=str(alice.index), auth=alice.token()),
                world.accounts.liquidations(alice.index, 10, auth=alice.token()),
                lighter.BlockApi(world.client).blocks(1),
                lighter.InfoApi(world.client).withdrawal_delay(),
            ):
                with self.assertRaises(ApiException) as refused:
                    await ask
                self.assertIn("not simulated", str(refused.exception))


if __name__ == "__main__":
    unittest.main()

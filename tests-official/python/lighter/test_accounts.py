"""What an account asks about itself, with the SDK's tokens; and what is refused to whom."""

import time
import unittest
from decimal import Decimal

from lighter.exceptions import ApiException
from world import BTC, ETH, SIZE, World


class Reads(unittest.IsolatedAsyncioTestCase):
    async def test_an_account_reads_all_that_it_has(self):
        async with World(560) as world:
            alice = world.trader("alice")
            price = await world.room_inside()
            world.counter("sell", price)
            await alice.done(alice.signer.create_market_order(ETH, 1, SIZE, price + 100, False))
            await alice.done(alice.limit(2, price - 300))
            token, orders = alice.token(), alice.orders
            account = await alice.account()
            self.assertEqual((account.index, account.account_index), (alice.index, alice.index))
            self.assertEqual(account.l1_address, world.keys("alice")["l1_address"])
            self.assertLess(Decimal(account.available_balance), Decimal(account.collateral))
            usdc = next(it for it in account.assets if it.symbol == "USDC")
            self.assertEqual(Decimal(usdc.margin_balance), Decimal(account.collateral))
            by_owner = (await alice.accounts.account(by="l1_address", value=account.l1_address)).accounts
            self.assertEqual([it.index for it in by_owner], [alice.index])
            owned = await alice.accounts.accounts_by_l1_address(account.l1_address)
            self.assertEqual([it.index for it in owned.sub_accounts], [alice.index])

            limits = await alice.accounts.account_limits(alice.index, token)
            self.assertEqual((limits.user_tier, limits.current_maker_fee_tick), ("premium", 40))
            (key,) = (await alice.accounts.apikeys(alice.index, alice.key)).api_keys
            self.assertEqual((key.api_key_index, key.nonce), (alice.key, 2))
            everyone = (await alice.accounts.apikeys(alice.index)).api_keys
            self.assertIn(alice.key, [it.api_key_index for it in everyone])
            funding = await alice.accounts.position_funding(alice.index, 10, token)
            self.assertEqual(funding.position_fundings, [])

            found = await orders.account_orders(token, "1,2,3", alice.index)
            self.assertEqual([it.status for it in found.orders], ["filled", "open"])
            txs = (await alice.txs.account_txs(10, "account_index", str(alice.index), authorization=token)).txs
            self.assertEqual([(it.type, it.nonce) for it in txs], [(14, 1), (14, 0)])
            number = await alice.txs.tx(by="sequence_index", value=str(txs[0].sequence_index))
            self.assertEqual(number.hash, txs[0].hash)

    async def test_lists_are_filtered_and_turned_page_by_page(self):
        async with World(561) as world:
            alice = world.trader("alice")
            eth, btc = await world.best(), await world.best(BTC)
            for n in range(1, 6):
                await alice.done(alice.limit(n, eth[0] - 500 - n))
                await alice.done(alice.signer.cancel_order(ETH, n))
            await alice.done(alice.limit(6, btc[1] + 5000, market=BTC, is_ask=True))
            await alice.done(alice.signer.cancel_order(BTC, 6))
            token, ask = alice.token(), alice.orders.account_inactive_orders
            seen, cursor = [], None
            while True:
                page = await ask(token, alice.index, 2, market_id=ETH, cursor=cursor)
                seen += [it.client_order_index for it in page.orders]
                cursor = page.next_cursor
                if not cursor:
                    break
            self.assertEqual(seen, [5, 4, 3, 2, 1])
            asks = (await ask(token, alice.index, 100, ask_filter=1)).orders
            self.assertEqual([(it.client_order_index, it.market_index) for it in asks], [(6, BTC)])
            now_ms = int(time.time() * 1000)
            recent = await ask(token, alice.index, 100, between_timestamps=f"{now_ms - 60_000}-{now_ms + 60_000}")
            self.assertEqual(len(recent.orders), 6)
            past = await ask(token, alice.index, 100, between_timestamps=f"1-{now_ms - 3_600_000}")
            self.assertEqual(past.orders, [])

    async def test_trades_are_filtered_by_role_and_order(self):
        async with World(562) as world:
            alice = world.trader("alice")
            price = await world.room_inside()
            world.counter("sell", price)
            await alice.done(alice.signer.create_market_order(ETH, 1, SIZE, price + 100, False))
            await alice.done(alice.limit(2, price))
            world.counter("sell", price)
            own = {"authorization": alice.token(), "account_index": alice.index}
            ask = alice.orders.trades
            as_maker = (await ask("timestamp", 10, role="maker", **own)).trades
            self.assertEqual([it.bid_client_id for it in as_maker], [2])
            as_taker = (await ask("trade_id", 10, role="taker", **own)).trades
            self.assertEqual([it.bid_client_id for it in as_taker], [1])
            order = await alice.order(2)
            of_order = (await ask("trade_id", 10, order_index=order.order_index, **own)).trades
            self.assertEqual([it.trade_id for it in of_order], [as_maker[0].trade_id])
            self.assertEqual((await ask("trade_id", 10, ask_filter=1, **own)).trades, [])
            self.assertEqual(len((await ask("trade_id", 1, **own)).trades), 1)


class Tokens(unittest.IsolatedAsyncioTestCase):
    async def test_only_a_good_token_of_the_account_opens_it(self):
        async with World(563) as world:
            alice, bob = world.trader("alice"), world.trader("bob")
            now = int(time.time())

            def made(deadline_s, timestamp=now):
                token, error = alice.signer.create_auth_token_with_expiry(
                    deadline_s, timestamp=timestamp, api_key_index=alice.key
                )
                self.assertIsNone(error)
                return token

            good = made(600)
            bad = good[:-1] + ("0" if good[-1] != "0" else "1")
            for name, token in {
                "of another account": bob.token(),
                "dead": made(60, now - 3600),
                "beyond eight hours": made(9 * 3600),
                "tampered": bad,
                "of no form": "hello",
            }.items():
                with self.subTest(name), self.assertRaises(ApiException) as refused:
                    await alice.orders.account_active_orders(token, alice.index)
                self.assertIn(refused.exception.status, (400, 401), name)
            for token in (good, made(8 * 3600 - 5)):
                self.assertEqual((await alice.orders.account_active_orders(token, alice.index)).orders, [])

    async def test_a_read_only_token_reads(self):
        async with World(564, "--no-rate-limits") as world:
            alice = world.trader("alice")
            until = int(time.time()) + 30 * 86_400
            made = await alice.accounts.tokens_create("bot", alice.index, until, False, authorization=alice.token())
            self.assertTrue(made.api_token.startswith(f"ro:{alice.index}:single:"), made)
            found = await alice.orders.account_active_orders(made.api_token, alice.index)
            self.assertEqual(found.orders, [])
            (known,) = (await alice.accounts.tokens(alice.index, authorization=alice.token())).api_tokens
            self.assertEqual(known.name, "bot")
            await alice.accounts.tokens_revoke(known.token_id, alice.index, authorization=alice.token())
            with self.assertRaises(ApiException):
                await alice.orders.account_active_orders(made.api_token, alice.index)


class Limits(unittest.IsolatedAsyncioTestCase):
    async def test_a_standard_account_may_ask_sixty_times_a_minute(self):
        async with World(565, "--lighter-tier", "standard") as world:
            alice = world.trader("alice")
            token = alice.token()
            with self.assertRaises(ApiException) as refused:
                for n in range(61):
                    await alice.orders.account_active_orders(token, alice.index)
            self.assertEqual((refused.exception.status, n), (429, 60))
            self.assertIn("23000", refused.exception.body)


if __name__ == "__main__":
    unittest.main()

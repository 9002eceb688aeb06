"""What an account sets: leverage, keys, integrators, its trading mode, sub-accounts; and forms of other clients."""

import asyncio
import time
import unittest
from decimal import Decimal

import aiohttp
import eth_account
import lighter
from lighter import SignerClient
from world import ETH, ETH_SPOT, POST_ONLY, SIZE, World

CROSS, ISOLATED = SignerClient.CROSS_MARGIN_MODE, SignerClient.ISOLATED_MARGIN_MODE


class Leverage(unittest.IsolatedAsyncioTestCase):
    async def test_it_is_set_for_each_market(self):
        async with World(580) as world:
            alice = world.trader("alice")
            await alice.done(alice.signer.update_leverage(ETH, CROSS, 5))
            price = await world.room_inside()
            world.counter("sell", price)
            await alice.done(alice.limit(1, price))
            held = await alice.position()
            self.assertEqual((Decimal(held.initial_margin_fraction), held.margin_mode), (20, 0))
            account = await alice.account()
            needed = Decimal(account.cross_initial_margin_requirement)
            self.assertAlmostEqual(needed, Decimal(held.position_value) / 5, 1)
            self.assertIn("21113", await alice.refused(alice.signer.update_leverage(ETH, CROSS, 10_000)))
            self.assertIn("21602", await alice.refused(alice.signer.update_leverage(ETH_SPOT, CROSS, 2)))

    async def test_isolated_margin_is_refused_by_name(self):
        async with World(581) as world:
            alice = world.trader("alice")
            self.assertIn("21613", await alice.refused(alice.signer.update_leverage(ETH, ISOLATED, 5)))
            add = SignerClient.ISOLATED_MARGIN_ADD_COLLATERAL
            self.assertIn("21614", await alice.refused(alice.signer.update_margin(ETH, 100, add)))
            self.assertEqual((await alice.position()).margin_mode, CROSS)


class Keys(unittest.IsolatedAsyncioTestCase):
    async def test_a_new_key_is_registered_and_trades_beside_the_old_one(self):
        async with World(582) as world:
            keys = world.keys("alice")
            private, public, error = lighter.create_api_key()
            self.assertIsNone(error)
            secrets = {keys["api_key_index"]: keys["api_key_private_key"], 9: private}
            signer = SignerClient(world.rest, keys["account_index"], secrets)
            try:
                self.assertIsNotNone(signer.check_client(), "not registered yet")
                owner = eth_account.Account.create().key.hex()
                answer, error = await signer.change_api_key(owner, public, nonce=0, api_key_index=9)
                self.assertEqual((error, answer.code), (None, 200))
                alice = world.trader("alice")
                self.assertEqual((await alice.executed(answer.tx_hash)).status, 2)
                self.assertIsNone(signer.check_client(), "both lanes are open")

                bid, _ = await world.best()
                places = [
                    signer.create_order(ETH, n, SIZE, bid - 500 - n, False, 0, POST_ONLY) for n in range(1, 21)
                ]
                answers = [answer for _, answer, _ in await asyncio.gather(*places)]
                txs = [await alice.executed(answer.tx_hash) for answer in answers]
                self.assertEqual({tx.status for tx in txs}, {2})
                self.assertEqual(len(await alice.active()), 20)
                lanes = {key: [tx.nonce for tx in txs if tx.api_key_index == key] for key in secrets}
                self.assertEqual(sorted(lanes[keys["api_key_index"]]), list(range(10)))
                self.assertEqual(sorted(lanes[9]), list(range(1, 11)))
                # Any key of an account cancels what another placed.
                await alice.done(signer.cancel_all_orders(SignerClient.CANCEL_ALL_TIF_IMMEDIATE, 0))
                self.assertEqual(await alice.active(), [])
            finally:
                await signer.close()

    async def test_a_replaced_key_opens_nothing_any_more(self):
        async with World(583) as world:
            alice = world.trader("alice")
            token = alice.token()
            self.assertEqual((await alice.orders.account_active_orders(token, alice.index)).orders, [])
            private, public, _ = lighter.create_api_key()
            owner = eth_account.Account.create().key.hex()
            answer, error = await alice.signer.change_api_key(owner, public, nonce=0, api_key_index=alice.key)
            self.assertIsNone(error)
            self.assertEqual((await alice.executed(answer.tx_hash)).status, 2)
            bid, _ = await world.best()
            self.assertIn("21120", await alice.refused(alice.limit(1, bid - 500)))
            with self.assertRaises(lighter.ApiException):
                await alice.orders.account_active_orders(token, alice.index)


class Others(unittest.IsolatedAsyncioTestCase):
    async def test_an_integrator_must_be_approved_of(self):
        async with World(584) as world:
            alice, bob = world.trader("alice"), world.trader("bob")
            bid, _ = await world.best()
            through = {"integrator_account_index": bob.index}
            self.assertIn("21134", await alice.refused(alice.limit(1, bid - 500, **through)))
            expiry = int(time.time() * 1000) + 86_400_000
            await alice.done(alice.signer.approve_integrator(bob.index, 0, 0, 0, 0, expiry))
            await alice.done(alice.limit(1, bid - 500, **through))
            self.assertEqual((await alice.order(1)).integrator_fee_collector_index, str(bob.index))
            (approved,) = (await alice.account()).approved_integrators
            self.assertEqual((approved.account_index, approved.approval_expiry), (bob.index, expiry))

    async def test_the_trading_mode_and_a_sub_account(self):
        async with World(585) as world:
            alice = world.trader("alice")
            await alice.done(alice.signer.update_account_config(1))
            self.assertEqual((await alice.account()).account_trading_mode, 1)
            await alice.done(alice.signer.create_sub_account(nonce=1, api_key_index=alice.key))
            address = world.keys("alice")["l1_address"]
            owned = (await alice.accounts.accounts_by_l1_address(address)).sub_accounts
            self.assertEqual((len(owned), owned[0].index), (2, alice.index), "the master first")

    async def test_no_money_leaves(self):
        async with World(586) as world:
            alice, bob = world.trader("alice"), world.trader("bob")
            usdc, perp = SignerClient.ASSET_ID_USDC, SignerClient.ROUTE_PERP
            for call in (
                alice.signer.withdraw(usdc, perp, 10),
                alice.signer.transfer_same_master_account(bob.index, usdc, perp, perp, 10, 0, "0" * 32),
            ):
                self.assertIn("21505", await alice.refused(call))
            self.assertEqual(Decimal(world.truth("alice")["balances"]["USDC"]), 1_000_000)

    async def test_a_form_may_be_multipart(self):
        async with World(587) as world:
            alice = world.trader("alice")
            bid, _ = await world.best()
            kind, info, tx_hash, _ = alice.signer.sign_create_order(
                ETH, 1, SIZE, bid - 500, False, 0, POST_ONLY, nonce=0, api_key_index=alice.key
            )
            form = aiohttp.FormData({"tx_type": str(kind), "tx_info": info}, default_to_multipart=True)
            async with aiohttp.ClientSession() as session:
                async with session.post(world.rest + "/api/v1/sendTx", data=form) as answer:
                    self.assertEqual((answer.status, (await answer.json())["tx_hash"]), (200, tx_hash))
            self.assertEqual((await alice.executed(tx_hash)).status, 2)


if __name__ == "__main__":
    unittest.main()

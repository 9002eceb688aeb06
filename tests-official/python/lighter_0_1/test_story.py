"""The old generation's story: it signs without attributes, for chain 300, and reads what it is told."""

import json
import time
import unittest
from decimal import Decimal

from lighter import SignerClient
from world import BTC, ETH, EXECUTED, GTT, IOC, LIMIT, POST_ONLY, SIZE, World


class Orders(unittest.IsolatedAsyncioTestCase):
    async def test_an_order_rests_is_changed_and_cancelled(self):
        async with World(601) as world:
            alice = world.alice()
            self.assertIsNone(alice.signer.check_client())
            bid, _ = await world.still()
            tx = await alice.done(alice.limit(7, bid - 500))
            self.assertEqual((tx.type, tx.nonce, tx.account_index), (14, 0, alice.index))
            self.assertNotIn("L2TxAttributes", json.loads(tx.info), "it knows of no attributes")
            self.assertEqual(alice.resting(), {7: bid - 500})
            await alice.done(alice.signer.modify_order(ETH, 7, 1500, bid - 400, 0))
            self.assertEqual(alice.resting(), {7: bid - 400})
            await alice.done(alice.signer.cancel_order(ETH, 7))
            gone = (await alice.ended())[7]
            self.assertEqual((gone.status, gone.type, gone.time_in_force), ("canceled", "limit", "good-till-time"))
            self.assertEqual((gone.initial_base_amount, gone.base_price), ("0.1500", bid - 400))
            await alice.failed(alice.signer.cancel_order(ETH, gone.order_index))
            self.assertEqual(alice.resting(), {})

    async def test_all_are_cancelled_now_and_at_a_time(self):
        async with World(602) as world:
            alice = world.alice()
            bid, _ = await world.best()
            for n in (1, 2):
                await alice.done(alice.limit(n, bid - 500 - n, time_in_force=POST_ONLY))
            await alice.done(alice.signer.cancel_all_orders(SignerClient.CANCEL_ALL_TIF_IMMEDIATE, 0))
            self.assertEqual(alice.resting(), {})
            at_ms = int(time.time() * 1000) + 6 * 60_000
            await alice.done(alice.signer.cancel_all_orders(SignerClient.CANCEL_ALL_TIF_SCHEDULED, at_ms))
            self.assertEqual((await alice.account()).cancel_all_time, at_ms)
            await alice.done(alice.signer.cancel_all_orders(SignerClient.CANCEL_ALL_TIF_ABORT, 0))
            self.assertEqual((await alice.account()).cancel_all_time, 0)

    async def test_a_market_order_trades_and_a_reduce_only_one_ends_it(self):
        async with World(603) as world:
            alice = world.alice()
            await alice.done(alice.signer.update_leverage(ETH, SignerClient.CROSS_MARGIN_MODE, 10))
            _, ask = await world.still()
            await alice.done(alice.signer.create_market_order(ETH, 1, SIZE, ask + 1000, False))
            held = next(it for it in (await alice.account()).positions if it.market_id == ETH)
            self.assertEqual((held.sign, held.position), (1, "0.1000"))
            self.assertEqual(Decimal(held.initial_margin_fraction), 10)
            await alice.done(alice.signer.create_market_order(ETH, 2, SIZE, ask - 3000, True, reduce_only=True))
            self.assertEqual(world.truth("alice")["positions"], {})
            ended = await alice.ended()
            self.assertEqual([(ended[n].status, ended[n].type) for n in (1, 2)], [("filled", "market")] * 2)
            found = await world.orders.trades("trade_id", 100, auth=alice.token(), account_index=alice.index)
            truth = world.truth("alice")["fills"]
            told = sum(Decimal(it.size) for it in found.trades)
            self.assertEqual((len(found.trades), told), (len(truth), Decimal("0.2")))
            self.assertEqual({it.taker_fee for it in found.trades}, {280})

    async def test_orders_end_with_words_that_it_knows(self):
        async with World(604) as world:
            alice = world.alice()
            _, ask = await world.still()
            await alice.end(alice.limit(1, ask, time_in_force=POST_ONLY))
            await alice.end(alice.limit(2, ask - 2000, time_in_force=IOC))
            await alice.end(alice.signer.create_market_order(ETH, 3, SIZE, ask - 1, False))
            await alice.end(alice.limit(4, ask - 500, size=100_000_000))
            await alice.done(alice.limit(5, ask - 1000))
            await alice.end(alice.limit(6, ask - 1000, is_ask=True, time_in_force=IOC))
            statuses = {client: it.status for client, it in (await alice.ended()).items()}
            self.assertEqual(
                {n: statuses[n] for n in (1, 2, 3, 4)},
                {
                    1: "canceled-post-only",
                    2: "canceled",
                    3: "canceled-too-much-slippage",
                    4: "canceled-margin-not-allowed",
                },
            )
            self.assertIn(6, statuses)

    async def test_a_stop_loss_waits_and_is_cancelled(self):
        async with World(605) as world:
            alice = world.alice()
            bid, ask = await world.still()
            await alice.done(alice.signer.create_market_order(ETH, 1, SIZE, ask + 1000, False))
            stop = alice.signer.create_order(
                ETH, 2, SIZE, bid - 9000, True, SignerClient.ORDER_TYPE_STOP_LOSS, IOC, True, bid - 5000
            )
            await alice.done(stop)
            self.assertEqual((await alice.account()).pending_order_count, 1)
            await alice.done(alice.signer.cancel_order(ETH, 2))
            gone = (await alice.ended())[2]
            self.assertEqual((gone.status, gone.type, gone.reduce_only), ("canceled", "stop-loss", True))
            self.assertEqual(Decimal(gone.trigger_price), Decimal(bid - 5000) / 100)


class Nonces(unittest.IsolatedAsyncioTestCase):
    async def test_a_gap_is_refused_and_the_sdk_finds_back(self):
        async with World(610) as world:
            alice, other = world.alice(), world.alice()
            bid, _ = await world.best()
            await alice.done(alice.limit(1, bid - 500))
            why = await other.refused(other.limit(2, bid - 501))
            self.assertIn("21104", why)
            self.assertIn("invalid nonce", why)
            await other.done(other.limit(2, bid - 501))
            self.assertEqual(set(alice.resting()), {1, 2})
            self.assertIn("21706", await other.refused(other.limit(3, bid - 502, size=1)))
            self.assertIn("21728", await other.refused(other.limit(1, bid - 502)))
            await other.done(other.limit(3, bid - 502))
            self.assertEqual((await world.txs.next_nonce(alice.index, alice.key)).nonce, 3)

    async def test_a_batch_goes_as_one(self):
        async with World(611) as world:
            alice = world.alice()
            bid, _ = await world.best()
            signed = [
                alice.signer.sign_create_order(ETH, n, SIZE, bid - 500 - n, 0, LIMIT, GTT, 0, 0, nonce=n - 1)
                for n in (1, 2, 3)
            ]
            self.assertEqual([error for _, error in signed], [None] * 3)
            types, infos = json.dumps([14] * 3), json.dumps([info for info, _ in signed])
            answer = await world.txs.send_tx_batch(tx_types=types, tx_infos=infos)
            self.assertEqual(len(answer.tx_hash), 3)
            for tx_hash in answer.tx_hash:
                self.assertEqual((await alice.executed(tx_hash)).status, EXECUTED)
            self.assertEqual(set(alice.resting()), {1, 2, 3})

    async def test_it_does_not_verify_where_the_main_net_is_meant(self):
        async with World(612, chain_id=304) as world:
            alice = world.alice()
            bid, _ = await world.best(BTC)
            call = alice.signer.create_order(BTC, 1, SIZE, bid - 500, False, LIMIT, GTT)
            self.assertIn("21120", await alice.refused(call))
            self.assertEqual(alice.resting(), {})


if __name__ == "__main__":
    unittest.main()

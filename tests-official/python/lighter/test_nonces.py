"""Nonces: one counter for each key, what comes of a gap, and the SDK's three ways of counting."""

import asyncio
import json
import time
import unittest

from lighter import SignerClient
from lighter.nonce_manager import NonceManagerType
from world import ETH, POST_ONLY, World


class Nonces(unittest.IsolatedAsyncioTestCase):
    async def next(self, trader):
        return (await trader.txs.next_nonce(trader.index, trader.key)).nonce

    async def test_many_at_once_through_one_key_reach_the_wire_in_order(self):
        async with World(530) as world:
            alice = world.trader("alice")
            bid, _ = await world.best()
            places = [alice.limit(n, bid - 500 - n, time_in_force=POST_ONLY) for n in range(1, 33)]
            answers = await asyncio.gather(*(alice.sent(place) for place in places))
            self.assertEqual(len({it.tx_hash for it in answers}), 32)
            self.assertEqual(await self.next(alice), 32)
            active = {it.client_order_index: it.nonce for it in await alice.active()}
            self.assertEqual((set(active), set(active.values())), (set(range(1, 33)), set(range(32))))
            await asyncio.gather(*(alice.done(alice.signer.cancel_order(ETH, n)) for n in range(1, 33)))
            self.assertEqual((await alice.active(), await self.next(alice)), ([], 64))

    async def test_a_gap_is_refused_and_the_sdk_finds_back(self):
        async with World(531) as world:
            alice, other = world.trader("alice"), world.trader("alice")
            bid, _ = await world.best()
            await alice.done(alice.limit(1, bid - 500))
            # Another process on the same key takes the next number.
            await other.done(other.limit(2, bid - 501))
            why = await alice.refused(alice.limit(3, bid - 502))
            self.assertIn("21104", why)
            self.assertIn("invalid nonce", why)
            await alice.done(alice.limit(3, bid - 502))
            self.assertEqual({it.client_order_index for it in await alice.active()}, {1, 2, 3}, "none lost or doubled")

            ahead = alice.limit(4, bid - 503, nonce=99, api_key_index=alice.key)
            self.assertIn("21104", await alice.refused(ahead))
            again = alice.limit(4, bid - 503, nonce=0, api_key_index=alice.key)
            self.assertIn("21104", await alice.refused(again))
            self.assertEqual(await self.next(alice), 3)

    async def test_what_is_refused_uses_no_nonce_and_what_fails_later_does(self):
        async with World(532) as world:
            alice = world.trader("alice")
            bid, ask = await world.best()
            self.assertIn("21706", await alice.refused(alice.limit(1, bid - 500, size=1)))
            self.assertEqual(await self.next(alice), 0)
            await alice.failed(alice.signer.cancel_order(ETH, 77))
            await alice.failed(alice.limit(2, ask + 500, is_ask=True, reduce_only=True))
            self.assertEqual(await self.next(alice), 2)
            await alice.done(alice.limit(3, bid - 500))
            (key,) = (await alice.accounts.apikeys(alice.index, alice.key)).api_keys
            self.assertEqual((key.nonce, key.public_key), (3, world.keys("alice")["api_key_public_key"]))

    async def test_the_api_may_be_asked_for_each(self):
        async with World(533) as world:
            alice = world.trader("alice", nonce_management_type=NonceManagerType.API)
            bid, _ = await world.best()
            for n in range(3):
                await alice.done(alice.limit(n + 1, bid - 500 - n))
            self.assertEqual([it.nonce for it in await alice.active()], [2, 1, 0])

    async def test_nonces_may_be_skipped_up_to_the_clock(self):
        async with World(534) as world:
            alice = world.trader("alice", nonce_management_type=NonceManagerType.NONE)
            bid, _ = await world.best()
            now_ms = int(time.time() * 1000)
            skip = {"skip_nonce": SignerClient.SKIP_NONCE_ON, "api_key_index": alice.key}
            tx = await alice.done(alice.limit(1, bid - 500, nonce=now_ms, **skip))
            self.assertEqual((tx.nonce, json.loads(tx.info)["L2TxAttributes"]), (now_ms, {"4": 1}))
            self.assertIn("21104", await alice.refused(alice.limit(2, bid - 501, nonce=now_ms, **skip)))
            await alice.done(alice.signer.modify_order(ETH, 1, 1100, bid - 502, nonce=now_ms + 7, **skip))
            await alice.done(alice.signer.cancel_order(ETH, 1, nonce=now_ms + 500, **skip))
            self.assertEqual(await self.next(alice), now_ms + 501)
            # Ordinary counting goes on from there.
            plain = world.trader("alice")
            await plain.done(plain.limit(3, bid - 503))
            self.assertEqual((await plain.order(3)).nonce, now_ms + 501)


class Batches(unittest.IsolatedAsyncioTestCase):
    async def test_a_batch_goes_as_one(self):
        async with World(535) as world:
            alice = world.trader("alice")
            bid, _ = await world.best()
            signed = [self.order(alice, n, bid - 500 - n, nonce=n - 1) for n in (1, 2, 3)]
            signed.append(alice.signer.sign_cancel_order(ETH, 1, nonce=3, api_key_index=alice.key))
            answer = await self.batch(alice, signed)
            self.assertEqual(answer.tx_hash, [tx_hash for _, _, tx_hash, _ in signed])
            for tx_hash in answer.tx_hash:
                self.assertEqual((await alice.executed(tx_hash)).status, 2)
            self.assertEqual({it.client_order_index for it in await alice.active()}, {2, 3})

    async def test_a_batch_with_a_gap_leaves_no_trace(self):
        async with World(536) as world:
            alice, bob = world.trader("alice"), world.trader("bob")
            bid, _ = await world.best()
            gap = [self.order(alice, n, bid - 500 - n, nonce=nonce) for n, nonce in ((1, 0), (2, 2))]
            mixed = [self.order(alice, 1, bid - 500, nonce=0), self.order(bob, 2, bid - 500, nonce=0)]
            long = [self.order(alice, n + 1, bid - 500 - n, nonce=n) for n in range(51)]
            for signed, code in ((gap, 21105), (mixed, 21121), (long, 21514)):
                with self.assertRaises(Exception) as refused:
                    await self.batch(alice, signed)
                self.assertEqual(refused.exception.data.code, code)
            self.assertEqual((await alice.active(), world.truth("alice")["open_orders"]), ([], []))
            nonce = (await alice.txs.next_nonce(alice.index, alice.key)).nonce
            self.assertEqual(nonce, 0)

    def order(self, trader, client, price, nonce):
        signed = trader.signer.sign_create_order(
            ETH, client, 1000, price, False, SignerClient.ORDER_TYPE_LIMIT, POST_ONLY,
            nonce=nonce, api_key_index=trader.key,
        )
        self.assertIsNone(signed[3])
        return signed

    async def batch(self, trader, signed):
        return await trader.signer.send_tx_batch([it[0] for it in signed], [it[1] for it in signed])


class Lag(unittest.IsolatedAsyncioTestCase):
    async def test_a_taker_waits_longer_than_a_maker(self):
        async with World(537) as world:
            alice = world.trader("alice")
            _, ask = await world.best()
            sent = await alice.sent(alice.signer.create_market_order(ETH, 1, 1000, ask + 1000, False))
            taker = await alice.executed(sent.tx_hash)
            self.assertEqual(sent.predicted_execution_time_ms - taker.queued_at, 200)
            self.assertLessEqual(200, taker.executed_at - taker.queued_at)
            self.assertEqual(await alice.status(1), "filled")
            maker = await alice.sent(alice.limit(2, ask + 5000, is_ask=True))
            quick = await alice.executed(maker.tx_hash)
            self.assertEqual(maker.predicted_execution_time_ms, quick.queued_at)


if __name__ == "__main__":
    unittest.main()

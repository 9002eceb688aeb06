"""What the API refuses before it takes it: signatures, ids, sizes, prices, times. Nothing of it leaves a trace."""

import json
import time
import unittest

from lighter import SignerClient
from lighter.exceptions import BadRequestException
from world import ETH, IOC, POST_ONLY, SIZE, World


class Signatures(unittest.IsolatedAsyncioTestCase):
    async def test_the_wrong_chain_does_not_verify(self):
        async with World(570) as world:
            foreign = world.trader("alice", chain_id=300)
            bid, _ = await world.best()
            self.assertIn("21120", await foreign.refused(foreign.limit(1, bid - 500)))
            self.assertEqual(world.truth("alice")["open_orders"], [])
            alice = world.trader("alice")
            await alice.done(alice.limit(1, bid - 500))

    async def test_a_key_that_is_not_registered(self):
        async with World(571) as world:
            alice = world.trader("alice")
            keys = world.keys("alice")
            stranger = SignerClient(
                world.rest, keys["account_index"], {keys["api_key_index"]: world.keys("bob")["api_key_private_key"]}
            )
            try:
                self.assertIn("private key does not match", stranger.check_client())
                bid, _ = await world.best()
                call = stranger.create_order(ETH, 1, SIZE, bid - 500, False, 0, POST_ONLY)
                self.assertIn("21120", await alice.refused(call))
            finally:
                await stranger.close()
            self.assertEqual(world.truth("alice")["open_orders"], [])

    async def test_what_was_changed_on_the_way_does_not_verify(self):
        async with World(572) as world:
            alice = world.trader("alice")
            bid, _ = await world.best()
            kind, text, _, _ = alice.signer.sign_create_order(
                ETH, 1, SIZE, bid - 500, False, 0, POST_ONLY, nonce=0, api_key_index=alice.key
            )
            info = json.loads(text)
            flipped = ("A" if info["Sig"][0] != "A" else "B") + info["Sig"][1:]
            for change, code in [
                ({"Price": bid - 400}, 21120),
                ({"BaseAmount": SIZE + 1}, 21120),
                ({"IsAsk": 1}, 21120),
                ({"L2TxAttributes": {"4": 1}}, 21120),
                ({"Sig": flipped}, 21120),
                ({"Sig": "AAAA"}, 21120),
                ({"AccountIndex": 9}, 21100),
                ({"ApiKeyIndex": 99}, 21109),
                ({"Bogus": 1}, 21501),
            ]:
                with self.subTest(change=change), self.assertRaises(BadRequestException) as refused:
                    await alice.signer.send_tx(kind, json.dumps({**info, **change}))
                self.assertEqual(refused.exception.data.code, code, change)
            with self.assertRaises(BadRequestException):
                await alice.signer.send_tx(15, text)
            answer = await alice.signer.send_tx(kind, text)
            self.assertEqual((await alice.executed(answer.tx_hash)).status, 2, "the same, as it was signed")


class Orders(unittest.IsolatedAsyncioTestCase):
    async def test_orders_against_the_rules(self):
        async with World(573) as world:
            alice = world.trader("alice")
            bid, ask = await world.best()
            await alice.done(alice.limit(1, bid - 500))
            soon_ms = int(time.time() * 1000) + 60_000
            for name, call, code in [
                ("its client's number is in use", alice.limit(1, bid - 501), 21728),
                ("smaller than the market's least", alice.limit(2, bid - 500, size=49), 21706),
                ("worth less than ten dollars", alice.limit(2, bid // 3, size=100), 21706),
                ("dearer than anybody means", alice.limit(2, 2 * ask), 21733),
                ("cheaper than anybody means", alice.limit(2, ask // 2, is_ask=True), 21733),
                ("far below the market", alice.limit(2, bid // 20, size=10 * SIZE), 21734),
                ("over within five minutes", alice.limit(2, bid - 500, order_expiry=soon_ms), 21711),
                ("in no market", alice.limit(2, bid, market=77), 21602),
            ]:
                with self.subTest(name):
                    self.assertIn(f"code={code}", await alice.refused(call))
            self.assertEqual([it.client_order_index for it in await alice.active()], [1])
            self.assertEqual(await alice.inactive(), [], "no row of what was refused")

    async def test_the_guard_against_slips_can_be_taken_off(self):
        async with World(574) as world:
            alice = world.trader("alice")
            _, ask = await world.best()
            kind, text, _, _ = alice.signer.sign_create_order(
                ETH, 1, SIZE, ask * 13 // 10, False, 0, IOC, order_expiry=0, nonce=0, api_key_index=alice.key
            )
            with self.assertRaises(BadRequestException) as refused:
                await alice.txs.send_tx(kind, text)
            self.assertEqual(refused.exception.data.code, 21733)
            answer = await alice.txs.send_tx(kind, text, price_protection=False)
            self.assertEqual((await alice.executed(answer.tx_hash)).status, 2)
            self.assertEqual((await alice.order(1)).status, "filled")

    async def test_a_transaction_dies_with_its_time(self):
        async with World(575) as world:
            alice = world.trader("alice")
            bid, _ = await world.best()
            _, text, _, _ = alice.signer.sign_create_order(
                ETH, 1, SIZE, bid - 500, False, 0, POST_ONLY, nonce=0, api_key_index=alice.key
            )
            ahead_s = json.loads(text)["ExpiredAt"] / 1000 - time.time()
            self.assertTrue(590 < ahead_s < 600, "ten minutes less a second by the signer")

    async def test_what_the_signer_itself_refuses_goes_nowhere(self):
        async with World(576) as world:
            alice = world.trader("alice")
            bid, _ = await world.best()
            for name, call in [
                ("no price", alice.limit(1, 0)),
                ("no size", alice.limit(1, bid, size=0)),
                ("a client's number of 49 bits", alice.limit(1 << 48, bid)),
                ("immediate with an expiry", alice.limit(1, bid, time_in_force=IOC, order_expiry=1_900_000_000_000)),
                ("post-only without an expiry", alice.limit(1, bid, time_in_force=POST_ONLY, order_expiry=0)),
            ]:
                with self.subTest(name):
                    await alice.refused(call)
            self.assertEqual((await alice.txs.next_nonce(alice.index, alice.key)).nonce, 0)
            await alice.done(alice.limit(1, bid - 500))


if __name__ == "__main__":
    unittest.main()

"""The old generation's WebSocket client. It knows two channels, dies of any other message, and wants a wss host: its
address is replaced after it was made."""

import asyncio
import contextlib
import unittest
from decimal import Decimal

import lighter
from stage import soon_async
from world import ETH, POST_ONLY, SIZE, World


class Streams(unittest.IsolatedAsyncioTestCase):
    async def test_it_keeps_the_book_and_hears_of_the_account(self):
        async with World(630) as world:
            alice = world.alice()
            heard = []
            listener = lighter.WsClient(
                host="127.0.0.1",
                order_book_ids=[ETH],
                account_ids=[alice.index],
                on_order_book_update=lambda *_: None,
                on_account_update=lambda account, state: heard.append(state),
            )
            listener.base_url = world.venue["ws"]
            task = asyncio.create_task(listener.run_async())

            async def until(answer):
                async def checked():
                    if task.done():
                        task.result()
                    return answer()

                return await soon_async(checked)

            def level(price):
                book = listener.order_book_states.get(str(ETH), {"bids": []})
                return next((it["size"] for it in book["bids"] if Decimal(it["price"]) == Decimal(price) / 100), None)

            try:
                await until(lambda: heard and listener.order_book_states)
                bid, ask = await world.still()
                await alice.done(alice.limit(1, bid - 300, time_in_force=POST_ONLY))
                await until(lambda: level(bid - 300) == "0.1000")
                await alice.done(alice.signer.cancel_order(ETH, 1))
                await until(lambda: level(bid - 300) is None)
                await alice.done(alice.signer.create_market_order(ETH, 2, SIZE, ask + 1000, False))
                found = await world.orders.trades("trade_id", 10, auth=alice.token(), account_index=alice.index)
                wanted = {it.trade_id for it in found.trades}
                told = lambda: {it["trade_id"] for state in heard for it in state["trades"].get(str(ETH), [])}
                await until(lambda: wanted <= told())
                held = lambda state: state["positions"].get(str(ETH), {}).get("position")
                await until(lambda: "0.1000" in [held(state) for state in heard])
            finally:
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task
                await listener.ws.close()


if __name__ == "__main__":
    unittest.main()

import pytest, time
pytestmark = pytest.mark.asyncio(loop_scope="module")
async def test_x(universe):
    print({k: len(v) for k, v in universe.rows.items()})
    who, c = universe.people["patient one"]
    t=time.time()
    for i in range(50): await c.ask("{cases{nodes{id messages{nodes{id body}} clinic{id} patient{id}}}}")
    print((time.time()-t)/50)

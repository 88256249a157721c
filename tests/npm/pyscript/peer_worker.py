from pyscript import create_named_worker, workers
from workerlib import connectToWorker


async def through(name, value):
    other = await connectToWorker(name)
    return await other.echo(value)


async def plain(name):
    other = await workers[name]
    return await other.add(5, 3)


async def creates(name):
    other = await create_named_worker(src="./exports.py", name=name, type="mpy")
    return await other.total([1, 2])


from workerlib import export

export(through, plain, creates)

from pyscript import when, workers
from pyscript.web import page


@when("click", "#find-btn")
async def find_primes(event):
    output = page["#output"]
    limit = int(page["#limit"].value)
    page["#stop-btn"].disabled = False
    output.content = f"Computing primes up to {limit}..."
    try:
        # Get the worker.
        worker = await workers["primes"]

        # Check if numpy should be used.
        use_numpy = page["#use-numpy"].checked

        # Call its exported function.
        result = await worker.find_primes(limit, use_numpy)

        # Display the results.
        output.innerText = f"Found {result['count']} primes, the first: {result['first_20']}"
    except Exception as error:
        output.innerText = f"Error: {error}"
    finally:
        page["#stop-btn"].disabled = True


@when("click", "#stop-btn")
async def stop(event):
    worker = await workers["primes"]
    worker.terminate()

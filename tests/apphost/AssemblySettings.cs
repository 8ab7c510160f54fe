// Each test starts a whole application: one at a time is enough for a small machine.
[assembly: CollectionBehavior(DisableTestParallelization = true)]

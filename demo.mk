# GNU make answers every recipe that fails with 2. Asked to quit it answers 1, which is what a failed check must be.
.PHONY: demo
demo: $(VENV)/.demo ## Serve the practice system with worker and sandbox carrier; DEMO_SECONDS=20 checks itself and ends
	@DEMO_PARENT=$$PPID $(BIN)/python -m sample_host_app.demo || { kill -QUIT $$PPID; sleep 1; exit 1; }

.PHONY: demo-reset
demo-reset: $(VENV)/.demo ## End what a killed demo left and forget everything that the demo kept
	@$(BIN)/python -m sample_host_app.demo.reset

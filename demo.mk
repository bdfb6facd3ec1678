.PHONY: demo
demo: $(VENV)/.demo ## Serve the practice system with worker and sandbox carrier; DEMO_SECONDS=20 checks itself and ends
	@DEMO_PARENT=$$PPID exec $(BIN)/python -m sample_host_app.demo

.PHONY: demo-reset
demo-reset: $(VENV)/.demo ## End what a killed demo left and forget everything that the demo kept
	@$(BIN)/python -m sample_host_app.demo.reset

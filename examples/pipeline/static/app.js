// The pages work without scripts. With this one, lists and states update in place, and the form shows how far an upload is.
"use strict";

// update replaces what is out of date by what the server shows now, and returns in how many milliseconds to do so again; 0: never.
async function update() {
	const offline = document.querySelector("#offline");
	try {
		const response = await fetch(location.href, { cache: "no-store" });
		if (response.redirected) {
			location.replace(response.url);
			return 0;
		}
		if (!response.ok) throw new Error(response.statusText);
		const now = new DOMParser().parseFromString(await response.text(), "text/html");
		for (const old of document.querySelectorAll("[data-live]")) {
			const fresh = now.getElementById(old.id);
			if (!fresh || fresh.innerHTML === old.innerHTML) continue;
			const focus = old.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
			old.replaceChildren(...fresh.childNodes);
			if (focus) old.querySelector(`a[href="${CSS.escape(focus)}"]`)?.focus();
		}
		offline.textContent = "";
		return Number(now.body.dataset.every ?? 0);
	} catch {
		offline.textContent = "The server cannot be reached, so this page may be out of date. It tries again.";
		return 2000;
	}
}

// later updates the page after so many milliseconds, and again and again, while it is looked at.
function later(every) {
	if (every) setTimeout(async () => later(document.hidden ? every : await update()), every);
}
later(Number(document.body.dataset.every ?? 0));

// send uploads the form, and shows how far it is.
function send(form) {
	const request = new XMLHttpRequest(), button = form.querySelector("button");
	const sending = document.querySelector("#sending"), problem = document.querySelector("#problem");
	const end = (text) => {
		sending.hidden = true;
		button.disabled = false;
		problem.textContent = text;
	};
	request.upload.onprogress = (event) => {
		const percent = Math.floor(100 * event.loaded / event.total);
		document.querySelector("#bar").value = percent;
		document.querySelector("#percent").textContent = percent + " %";
	};
	request.onload = () => {
		if (request.status === 200) location.assign(request.responseURL);
		else end(new DOMParser().parseFromString(request.responseText, "text/html").querySelector("#problem")?.textContent || "The upload failed. Try again.");
	};
	request.onerror = () => end("The upload was interrupted. Try again: what has arrived is not scanned twice.");
	problem.textContent = "";
	button.disabled = true;
	sending.hidden = false;
	request.open("POST", form.action);
	request.send(new FormData(form));
}

document.querySelector("form")?.addEventListener("submit", (event) => {
	event.preventDefault();
	const file = event.target.elements.file.files[0], most = Number(event.target.dataset.most);
	if (file.size > most) {
		document.querySelector("#problem").textContent = `The upload was not accepted: the file is larger than ${Math.floor(most / 1048576)} MB.`;
		return;
	}
	send(event.target);
});

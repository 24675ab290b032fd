"use client";

import { useEffect, useState } from "react";

export default function Page() {
  const [health, setHealth] = useState("unknown");
  useEffect(() => {
    fetch(`${process.env.NEXT_PUBLIC_API_URL}/health`)
      .then((answer) => answer.json())
      .then((answer) => setHealth(answer.status));
  }, []);
  return <p>{health}</p>;
}
